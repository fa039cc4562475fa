-- Orders about one device that install nothing: its own log, files that a security product keeps.

create table device_task (
  id text primary key,
  device integer not null,
  kind text not null check (kind in ('show-log', 'kept-file')),
  -- JSON. What is asked for and why may name a person, and so may what came back: encrypted under the task's own key.
  what blob not null,
  reason blob not null,
  output blob,
  state text not null check (state in ('asked', 'queued', 'running', 'completed', 'failed', 'timed-out', 'cancelled')),
  -- Why it failed.
  code text,
  asked_at integer not null,
  -- `type:id` of the actor.
  asked_by text not null,
  confirmed_at integer,
  confirmed_by text,
  ended_at integer,
  -- Past it nobody waits for the device any more.
  deadline_at integer not null
) strict, without rowid;
create index device_task_of on device_task (device, asked_at);
create index device_task_open on device_task (device, asked_at) where state in ('queued', 'running');
create index device_task_asked on device_task (asked_at);
