-- Dump tasks. `epoch` is the fence: it grows with every new owner, stop and delete, and every write of an
-- owner names the epoch it was given.
CREATE TABLE dump_tasks (
    task_id     TEXT   NOT NULL PRIMARY KEY,
    project     TEXT   NOT NULL,
    stream_id   TEXT   NOT NULL,
    stream_name TEXT   NOT NULL,
    incarnation TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    cause       TEXT   NOT NULL,
    epoch       BIGINT NOT NULL,
    descriptor  TEXT   NOT NULL,
    created_ms  BIGINT NOT NULL,
    head        TEXT   NOT NULL,
    UNIQUE (stream_id, name)
);

-- How far each partition is delivered, and the end of its ledger chain.
CREATE TABLE dump_positions (
    task_id      TEXT   NOT NULL,
    partition_no BIGINT NOT NULL,
    start_seq    BIGINT NOT NULL,
    next_seq     BIGINT NOT NULL,
    last_seq     BIGINT NOT NULL,
    last_ms      BIGINT NOT NULL,
    discard      BIGINT NOT NULL,
    objects      BIGINT NOT NULL,
    bytes        BIGINT NOT NULL,
    entries      BIGINT NOT NULL,
    sealed       BIGINT NOT NULL,
    head         TEXT   NOT NULL,
    PRIMARY KEY (task_id, partition_no)
);

-- The delivery under way of a partition. `sent`: a complete of one of its objects may have been sent.
CREATE TABLE dump_intents (
    task_id      TEXT   NOT NULL,
    partition_no BIGINT NOT NULL,
    sent         BIGINT NOT NULL,
    body         TEXT   NOT NULL,
    PRIMARY KEY (task_id, partition_no)
);

-- Multipart uploads that may exist at the destination. Announced before they are made, so `upload_id` may
-- still be unknown.
CREATE TABLE dump_uploads (
    row_id       TEXT   NOT NULL PRIMARY KEY,
    task_id      TEXT   NOT NULL,
    epoch        BIGINT NOT NULL,
    project      TEXT   NOT NULL,
    bucket       TEXT   NOT NULL,
    key          TEXT   NOT NULL,
    upload_id    TEXT,
    completing   BIGINT NOT NULL
);
CREATE INDEX dump_uploads_by_task ON dump_uploads (task_id);

-- The ledger: what happened to every range, chained by hash.
CREATE TABLE dump_ledger (
    task_id      TEXT   NOT NULL,
    partition_no BIGINT NOT NULL,
    n            BIGINT NOT NULL,
    body         TEXT   NOT NULL,
    hash         TEXT   NOT NULL,
    PRIMARY KEY (task_id, partition_no, n)
);

-- What each deleted task left behind, chained by hash per project.
CREATE TABLE dump_receipts (
    project     TEXT   NOT NULL,
    n           BIGINT NOT NULL,
    stream_name TEXT   NOT NULL,
    task_name   TEXT   NOT NULL,
    body        TEXT   NOT NULL,
    hash        TEXT   NOT NULL,
    PRIMARY KEY (project, n)
);
