-- Who else may use a stream: an account (user_id is empty) or one user of it, for one action.
CREATE TABLE stream_policies (
    stream_id TEXT NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
    domain_id TEXT NOT NULL,
    user_id   TEXT NOT NULL,
    action    TEXT NOT NULL,
    name      TEXT NOT NULL,
    PRIMARY KEY (stream_id, domain_id, user_id, action)
);
