-- Long work on datasets. `kind`: import, sync, export. `state`: as the API shows it. `request`, `counts`: JSON.
-- `fault`: user or system, for failed ones. `ended_ms`: NULL while it is not over.
CREATE TABLE dataset_tasks (
    task_id    TEXT   NOT NULL PRIMARY KEY,
    dataset_id TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    request    TEXT   NOT NULL,
    counts     TEXT   NOT NULL,
    created_ms BIGINT NOT NULL,
    started_ms BIGINT,
    updated_ms BIGINT NOT NULL,
    ended_ms   BIGINT,
    fault      TEXT,
    error_code TEXT,
    error_msg  TEXT
);
CREATE INDEX dataset_tasks_by_time ON dataset_tasks (dataset_id, kind, created_ms, task_id);
-- One import or synchronisation at a time.
CREATE UNIQUE INDEX dataset_tasks_at_work ON dataset_tasks (dataset_id) WHERE ended_ms IS NULL AND kind <> 'export';

-- How many samples a dataset had, one row a minute in which that changed.
CREATE TABLE dataset_points (
    dataset_id TEXT   NOT NULL,
    at_ms      BIGINT NOT NULL,
    total      BIGINT NOT NULL,
    unlabeled  BIGINT NOT NULL,
    labeled    BIGINT NOT NULL,
    PRIMARY KEY (dataset_id, at_ms)
);
