-- Samples lie in sets. `sample_set`: the set that a dataset's working samples are in, its own id if NULL. A version
-- that becomes the working one brings a set of its own; giving it to the dataset changes one row, however many
-- samples there are, and the set before it is removed piece by piece.
ALTER TABLE datasets ADD COLUMN sample_set TEXT;
ALTER TABLE dataset_samples RENAME COLUMN dataset_id TO set_id;
ALTER TABLE dataset_sample_labels RENAME COLUMN dataset_id TO set_id;
-- Sets that nothing refers to any more, to be removed.
ALTER TABLE dataset_stages_left RENAME TO dataset_sets_left;
ALTER TABLE dataset_sets_left RENAME COLUMN stage TO set_id;
