-- When an annotation was made, in ms since the epoch; null if nobody said so.
ALTER TABLE dataset_sample_labels ADD COLUMN created_ms BIGINT;
