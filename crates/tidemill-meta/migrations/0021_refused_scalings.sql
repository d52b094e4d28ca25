-- Attempts to change the number of partitions are kept, too: outcome is DONE, INVALID, QUOTA or FAILED.
ALTER TABLE stream_scalings ADD COLUMN outcome TEXT NOT NULL DEFAULT 'DONE';
