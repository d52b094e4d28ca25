-- Objects: an index over blobs. A key never names a file.
CREATE TABLE buckets (
    name       TEXT   NOT NULL PRIMARY KEY,
    domain     TEXT   NOT NULL,
    project    TEXT   NOT NULL,
    acl        TEXT   NOT NULL,
    created_ms BIGINT NOT NULL
);
CREATE INDEX buckets_by_domain ON buckets (domain, name);

-- The object a key shows now. Its bytes are the pieces held by its id, in the order of their numbers.
CREATE TABLE objects (
    bucket      TEXT   NOT NULL REFERENCES buckets (name),
    key         TEXT   NOT NULL,
    id          TEXT   NOT NULL UNIQUE,
    size        BIGINT NOT NULL,
    etag        TEXT   NOT NULL,
    modified_ms BIGINT NOT NULL,
    appendable  BIGINT NOT NULL,
    headers     TEXT   NOT NULL,
    PRIMARY KEY (bucket, key)
);

-- Multipart uploads under way. Completing one turns its id into an object's id.
CREATE TABLE uploads (
    id         TEXT   NOT NULL PRIMARY KEY,
    bucket     TEXT   NOT NULL REFERENCES buckets (name),
    key        TEXT   NOT NULL,
    started_ms BIGINT NOT NULL,
    headers    TEXT   NOT NULL
);
CREATE INDEX uploads_by_key ON uploads (bucket, key, id);

-- Which blobs an object or an upload holds. A copy holds the blobs of its source.
CREATE TABLE pieces (
    holder     TEXT   NOT NULL,
    number     BIGINT NOT NULL,
    blob       TEXT   NOT NULL,
    size       BIGINT NOT NULL,
    md5        TEXT   NOT NULL,
    written_ms BIGINT NOT NULL,
    PRIMARY KEY (holder, number)
);
CREATE INDEX pieces_by_blob ON pieces (blob);

-- Blobs that nothing holds any more; their files are unlinked after the commit that wrote the row.
CREATE TABLE dead_blobs (
    blob TEXT NOT NULL PRIMARY KEY
);
