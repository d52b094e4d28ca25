-- Tasks to other destinations, and tasks that are changed.
ALTER TABLE dump_tasks ADD COLUMN destination_type TEXT NOT NULL DEFAULT 'OBS';
-- The descriptor under which deliveries were announced that are not finished yet; none: `descriptor`.
ALTER TABLE dump_tasks ADD COLUMN previous TEXT;
-- The bucket of the first deliveries, once the task has moved to another one.
ALTER TABLE dump_tasks ADD COLUMN origin TEXT;
