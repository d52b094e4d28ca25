-- Streams. Their records are in the log, under the incarnation.
CREATE TABLE streams (
    id                 TEXT   NOT NULL PRIMARY KEY,
    project            TEXT   NOT NULL,
    name               TEXT   NOT NULL,
    incarnation        TEXT   NOT NULL UNIQUE,
    created_ms         BIGINT NOT NULL,
    modified_ms        BIGINT NOT NULL,
    retention_hours    BIGINT NOT NULL,
    state              TEXT   NOT NULL,
    stream_type        TEXT   NOT NULL,
    data_type          TEXT   NOT NULL,
    data_schema        TEXT,
    compression_format TEXT,
    csv_delimiter      TEXT,
    auto_scale         BIGINT NOT NULL,
    auto_scale_min     BIGINT,
    auto_scale_max     BIGINT,
    UNIQUE (project, name)
);

-- Partitions of a stream in every state; indexes have no gap.
CREATE TABLE stream_partitions (
    stream_id  TEXT   NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
    partition  BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    hash_low   BIGINT NOT NULL,
    hash_high  BIGINT NOT NULL,
    deleted_ms BIGINT,
    PRIMARY KEY (stream_id, partition)
);

-- Changes of the number of partitions.
CREATE TABLE stream_scalings (
    stream_id       TEXT   NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
    number          BIGINT NOT NULL,
    at_ms           BIGINT NOT NULL,
    partitions_from BIGINT NOT NULL,
    partitions_to   BIGINT NOT NULL,
    auto            BIGINT NOT NULL,
    PRIMARY KEY (stream_id, number)
);

-- Labels of a stream; scope is user or system.
CREATE TABLE stream_tags (
    stream_id TEXT NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
    scope     TEXT NOT NULL,
    name      TEXT NOT NULL,
    value     TEXT NOT NULL,
    PRIMARY KEY (stream_id, scope, name)
);

-- Consumers that commit checkpoints.
CREATE TABLE apps (
    id         TEXT   NOT NULL PRIMARY KEY,
    project    TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    created_ms BIGINT NOT NULL,
    UNIQUE (project, name)
);

-- How far an app is on a partition.
CREATE TABLE checkpoints (
    app_id    TEXT   NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    stream_id TEXT   NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
    partition BIGINT NOT NULL,
    sequence  BIGINT NOT NULL,
    metadata  TEXT   NOT NULL,
    PRIMARY KEY (app_id, stream_id, partition)
);
CREATE INDEX checkpoints_by_stream ON checkpoints (stream_id);
