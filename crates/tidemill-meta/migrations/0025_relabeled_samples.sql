-- `relabeled_ms`: when somebody last changed the annotations of a working sample; NULL if nobody did. A version that a
-- processing run makes current knows nothing of changes after the version it read, and leaves them.
ALTER TABLE dataset_samples ADD COLUMN relabeled_ms BIGINT;
CREATE INDEX dataset_samples_relabeled ON dataset_samples (set_id, relabeled_ms) WHERE relabeled_ms IS NOT NULL;
