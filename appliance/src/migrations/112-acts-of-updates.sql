-- The last acts of an update, the newest first: how long one is expected to take.
create index task_acts on task (update_id, finished_at) where acting_at is not null and finished_at is not null;
