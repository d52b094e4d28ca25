-- Lists of tasks are read in the order in which they are shown, and only the runs that a page shows.
CREATE INDEX processor_tasks_in_order ON processor_tasks (project, created_ms);

-- The newest completed run of a kind for a dataset version.
CREATE INDEX processor_runs_current ON processor_runs (project, template_id, input_version, status, created_ms, n);

-- Runs that have not ended, at every start.
CREATE INDEX processor_runs_by_status ON processor_runs (status, created_ms);
