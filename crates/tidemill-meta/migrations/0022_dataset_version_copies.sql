-- What a version that a processing run composes brings with it: objects below `directory`, a bucket/key/ below the
-- dataset's input path. The row is there before the first of them and goes when the version is visible, or when
-- the version is given up and they are removed. Meanwhile nobody takes them for samples. `abandoned`: the version is
-- given up, and they are to be removed.
CREATE TABLE dataset_version_copies (
    version_id TEXT   NOT NULL PRIMARY KEY,
    project    TEXT   NOT NULL,
    directory  TEXT   NOT NULL,
    abandoned  BIGINT NOT NULL
);
CREATE INDEX dataset_version_copies_by_project ON dataset_version_copies (project);
