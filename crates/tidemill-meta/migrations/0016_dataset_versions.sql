-- Versions of datasets. `n` orders them. `status`: 0 being made, 1 normal, 4 failed for the reason in `message`.
-- `identity`: SHA-256 of the canonical manifest, which lies in the artefacts under that name; empty until it is
-- known. `manifest`: bucket/key of the public manifest. `options`: what the caller asked for; `summary`: counts;
-- `labels`: the label set with its counts; all JSON. `stage`: the id under which the samples that a processing
-- run composed are kept until they become the working ones; empty for versions of the working samples.
CREATE TABLE dataset_versions (
    version_id  TEXT   NOT NULL PRIMARY KEY,
    dataset_id  TEXT   NOT NULL,
    n           BIGINT NOT NULL,
    name        TEXT   NOT NULL,
    status      BIGINT NOT NULL,
    message     TEXT   NOT NULL,
    description TEXT   NOT NULL,
    options     TEXT   NOT NULL,
    created_ms  BIGINT NOT NULL,
    updated_ms  BIGINT NOT NULL,
    identity    TEXT   NOT NULL,
    manifest    TEXT   NOT NULL,
    previous    TEXT,
    summary     TEXT   NOT NULL,
    labels      TEXT   NOT NULL,
    stage       TEXT   NOT NULL,
    UNIQUE (dataset_id, name)
);
CREATE INDEX dataset_versions_in_order ON dataset_versions (dataset_id, n);
CREATE INDEX dataset_versions_by_identity ON dataset_versions (identity);
CREATE INDEX dataset_versions_by_status ON dataset_versions (status);

-- Who reads a version and must find it: it cannot be deleted meanwhile.
CREATE TABLE dataset_version_holds (
    version_id TEXT NOT NULL,
    holder     TEXT NOT NULL,
    PRIMARY KEY (version_id, holder)
);

-- What processing says of a version. `analysis`: JSON.
CREATE TABLE dataset_version_tasks (
    version_id            TEXT   NOT NULL PRIMARY KEY,
    analysis_task_id      TEXT,
    analysis_status       BIGINT,
    analysis_path         TEXT,
    analysis              TEXT,
    processor_task_id     TEXT,
    processor_task_status BIGINT
);

-- Switches under way: the samples of `version_id` are being staged under `stage`.
CREATE TABLE dataset_switches (
    dataset_id TEXT NOT NULL PRIMARY KEY,
    version_id TEXT NOT NULL,
    stage      TEXT NOT NULL
);

-- Staged samples that nothing refers to any more, to be removed.
CREATE TABLE dataset_stages_left (
    stage TEXT NOT NULL PRIMARY KEY
);

-- Artefacts that a version referred to which is gone: removed unless another version refers to them.
CREATE TABLE dataset_artefacts_left (
    identity TEXT NOT NULL PRIMARY KEY
);
