-- Processing tasks. A task of data processing is a container of runs; a feature analysis has one run.
CREATE TABLE processor_tasks (
    task_id      TEXT   NOT NULL PRIMARY KEY,
    project      TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    template_id  TEXT   NOT NULL,
    spec         TEXT   NOT NULL,
    description  TEXT   NOT NULL,
    created_ms   BIGINT NOT NULL,
    updated_ms   BIGINT NOT NULL,
    next_version BIGINT NOT NULL,
    UNIQUE (project, name)
);

-- Runs: the versions of a task. `status`: 0 initialized, 1 running, 2 completed, 3 failed, 4 stopped; only a
-- run in 0 or 1 may be written to. `sealed`: all output is written and the run ends, whatever comes.
-- `counters`, `stage_plan`: JSON.
CREATE TABLE processor_runs (
    run_id         TEXT   NOT NULL PRIMARY KEY,
    task_id        TEXT   NOT NULL,
    project        TEXT   NOT NULL,
    template_id    TEXT   NOT NULL,
    n              BIGINT NOT NULL,
    version_name   TEXT   NOT NULL,
    status         BIGINT NOT NULL,
    sealed         BIGINT NOT NULL,
    spec           TEXT   NOT NULL,
    description    TEXT   NOT NULL,
    output_bucket  TEXT   NOT NULL,
    output_key     TEXT   NOT NULL,
    seed           TEXT   NOT NULL,
    created_ms     BIGINT NOT NULL,
    updated_ms     BIGINT NOT NULL,
    ended_ms       BIGINT,
    samples        BIGINT,
    counters       TEXT,
    error_msg      TEXT,
    result         TEXT,
    input_version  TEXT,
    target_dataset TEXT,
    target_version TEXT
);
CREATE INDEX processor_runs_by_task ON processor_runs (task_id, n);

-- The samples of a run are cut once, when it starts.
CREATE TABLE processor_shards (
    run_id  TEXT   NOT NULL,
    shard   BIGINT NOT NULL,
    first   BIGINT NOT NULL,
    samples BIGINT NOT NULL,
    PRIMARY KEY (run_id, shard)
);

-- What is finished of a run, by stage and shard: the point where it goes on, and its progress.
CREATE TABLE processor_commits (
    run_id TEXT   NOT NULL,
    stage  BIGINT NOT NULL,
    shard  BIGINT NOT NULL,
    object TEXT   NOT NULL,
    PRIMARY KEY (run_id, stage, shard)
);

-- Runs whose rows are gone and whose objects are still to be removed.
CREATE TABLE processor_cleanups (
    run_id        TEXT   NOT NULL PRIMARY KEY,
    project       TEXT   NOT NULL,
    output_bucket TEXT   NOT NULL,
    output_key    TEXT   NOT NULL,
    created_ms    BIGINT NOT NULL
);
