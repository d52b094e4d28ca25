-- Who is told of which events. `stream_id`: only events of that stream. `filter`: JSON.
CREATE TABLE subscriptions (
    id          TEXT   NOT NULL PRIMARY KEY,
    project     TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    enabled     BIGINT NOT NULL,
    stream_id   TEXT,
    filter      TEXT   NOT NULL,
    target_kind TEXT   NOT NULL,
    target      TEXT   NOT NULL,
    created_ms  BIGINT NOT NULL,
    UNIQUE (project, name)
);

-- What is still to be sent, oldest first within a subscription.
CREATE TABLE notifications (
    subscription_id TEXT   NOT NULL,
    n               BIGINT NOT NULL,
    body            TEXT   NOT NULL,
    attempts        BIGINT NOT NULL,
    next_ms         BIGINT NOT NULL,
    created_ms      BIGINT NOT NULL,
    PRIMARY KEY (subscription_id, n)
);
