-- The account whose owner administers the installation: the one that the first start made.
ALTER TABLE domains ADD COLUMN administers BIGINT NOT NULL DEFAULT 0;
UPDATE domains SET administers = 1;
