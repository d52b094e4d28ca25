-- The generation of an app's consumer group: raised before a new assignment is made, never lowered.
ALTER TABLE apps ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;

-- Where the generations of a new app start: above those of every deleted one, so that a process that still
-- belongs to a deleted app of the same name never holds a valid generation.
CREATE TABLE generation_floor (
    floor BIGINT NOT NULL
);
INSERT INTO generation_floor (floor) VALUES (0);
