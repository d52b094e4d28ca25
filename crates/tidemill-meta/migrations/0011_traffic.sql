-- What passed through streams in the last seven days: one row an hour and series. A series is a partition's
-- index, or -1 for the whole stream.
CREATE TABLE traffic_hours (
    stream_id TEXT   NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
    series    BIGINT NOT NULL,
    hour      BIGINT NOT NULL,
    minutes   TEXT   NOT NULL,
    PRIMARY KEY (stream_id, series, hour)
);
CREATE INDEX traffic_hours_by_hour ON traffic_hours (hour);
