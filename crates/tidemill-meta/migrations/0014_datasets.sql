-- Datasets. `input` and `work`: bucket/key/ of the directory samples come from and of the dataset's own
-- directory. `definition`: what the creator asked for, as JSON, echoed in answers.
CREATE TABLE datasets (
    dataset_id       TEXT   NOT NULL PRIMARY KEY,
    project          TEXT   NOT NULL,
    name             TEXT   NOT NULL,
    dataset_type     BIGINT NOT NULL,
    status           BIGINT NOT NULL,
    description      TEXT   NOT NULL,
    workspace        TEXT   NOT NULL,
    input            TEXT   NOT NULL,
    work             TEXT   NOT NULL,
    definition       TEXT   NOT NULL,
    created_ms       BIGINT NOT NULL,
    updated_ms       BIGINT NOT NULL,
    data_updated_ms  BIGINT NOT NULL,
    current_version  TEXT,
    next_version_num BIGINT NOT NULL,
    import_task_id   TEXT,
    deleted_samples  BIGINT NOT NULL,
    sample_count     BIGINT NOT NULL,
    UNIQUE (project, name)
);

-- The labels of a dataset, keyed by name and type. `property` and `attributes`: JSON.
CREATE TABLE dataset_labels (
    dataset_id TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    label_type BIGINT NOT NULL,
    n          BIGINT NOT NULL,
    property   TEXT   NOT NULL,
    attributes TEXT   NOT NULL,
    PRIMARY KEY (dataset_id, name, label_type)
);
CREATE INDEX dataset_labels_in_order ON dataset_labels (dataset_id, n);

-- Samples. `location`: bucket/key, empty for text without an object; `line`: line of a text file from 1,
-- 0 for a whole object. `status`: 0 unlabeled, 1 labeled, 2 waiting for confirmation. `hard`: 0, 1 or NULL;
-- `coefficient`: millionths. `reasons`, `metadata`: JSON.
CREATE TABLE dataset_samples (
    dataset_id    TEXT   NOT NULL,
    sample_id     TEXT   NOT NULL,
    location      TEXT   NOT NULL,
    line          BIGINT NOT NULL,
    name          TEXT   NOT NULL,
    sample_type   BIGINT NOT NULL,
    content       TEXT,
    size          BIGINT NOT NULL,
    etag          TEXT   NOT NULL,
    modified_ms   BIGINT NOT NULL,
    created_ms    BIGINT NOT NULL,
    status        BIGINT NOT NULL,
    sample_usage  TEXT   NOT NULL,
    hard          BIGINT,
    coefficient   BIGINT,
    reasons       TEXT   NOT NULL,
    import_origin BIGINT NOT NULL,
    metadata      TEXT   NOT NULL,
    PRIMARY KEY (dataset_id, sample_id)
);
CREATE INDEX dataset_samples_by_place ON dataset_samples (dataset_id, location, line, sample_id);
CREATE INDEX dataset_samples_by_time ON dataset_samples (dataset_id, created_ms, sample_id, status);
CREATE INDEX dataset_samples_by_status ON dataset_samples (dataset_id, status, created_ms, sample_id);
CREATE INDEX dataset_samples_by_name ON dataset_samples (dataset_id, name);

-- The annotations of samples in their order. `confirmed` 0: waits for somebody to confirm it. `score`:
-- millionths. `property`: JSON.
CREATE TABLE dataset_sample_labels (
    dataset_id   TEXT   NOT NULL,
    sample_id    TEXT   NOT NULL,
    n            BIGINT NOT NULL,
    name         TEXT   NOT NULL,
    label_type   BIGINT NOT NULL,
    confirmed    BIGINT NOT NULL,
    score        BIGINT,
    label_id     TEXT,
    annotated_by TEXT   NOT NULL,
    property     TEXT   NOT NULL,
    PRIMARY KEY (dataset_id, sample_id, n)
);
CREATE INDEX dataset_sample_labels_by_name
    ON dataset_sample_labels (dataset_id, name, label_type, confirmed, sample_id);
CREATE INDEX dataset_sample_labels_by_annotator ON dataset_sample_labels (dataset_id, annotated_by);

-- Samples that were deleted while their object stayed: a synchronisation does not bring them back.
CREATE TABLE dataset_deleted_samples (
    dataset_id TEXT   NOT NULL,
    sample_id  TEXT   NOT NULL,
    location   TEXT   NOT NULL,
    deleted_ms BIGINT NOT NULL,
    PRIMARY KEY (dataset_id, sample_id)
);

-- Deleted datasets whose rows and objects are still being removed.
CREATE TABLE dataset_sweeps (
    dataset_id TEXT NOT NULL PRIMARY KEY,
    project    TEXT NOT NULL,
    work       TEXT NOT NULL
);
