-- Accounts.
CREATE TABLE domains (
    id   TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

-- Projects of an account; one is named like the region.
CREATE TABLE projects (
    id        TEXT NOT NULL PRIMARY KEY,
    domain_id TEXT NOT NULL REFERENCES domains (id),
    name      TEXT NOT NULL,
    UNIQUE (domain_id, name)
);

-- Users; an owner may do all in its account. Passwords are argon2 hashes.
CREATE TABLE users (
    id            TEXT   NOT NULL PRIMARY KEY,
    domain_id     TEXT   NOT NULL REFERENCES domains (id),
    name          TEXT   NOT NULL,
    password_hash TEXT   NOT NULL,
    owner         BIGINT NOT NULL,
    UNIQUE (domain_id, name)
);

-- Access keys, their secrets sealed. Temporary keys have a token's hash and an end.
CREATE TABLE access_keys (
    id            TEXT   NOT NULL PRIMARY KEY,
    user_id       TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    sealed_secret TEXT   NOT NULL,
    active        BIGINT NOT NULL,
    description   TEXT   NOT NULL,
    created_ms    BIGINT NOT NULL,
    token_hash    TEXT,
    expires_ms    BIGINT
);
CREATE INDEX access_keys_by_end ON access_keys (expires_ms);

-- Tokens by the SHA-256 of their text. Scope is project, domain or unscoped.
CREATE TABLE tokens (
    hash       TEXT   NOT NULL PRIMARY KEY,
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    methods    TEXT   NOT NULL,
    scope      TEXT   NOT NULL,
    project_id TEXT   REFERENCES projects (id) ON DELETE CASCADE,
    issued_ms  BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX tokens_by_end ON tokens (expires_ms);
