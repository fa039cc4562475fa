-- A person closes the lists of a source that is gone: a task about a device, which two persons decide. Why and by whom an item went
-- is what the event of a change says.
create table device_task_next (
  id text primary key,
  device integer not null,
  kind text not null check (kind in ('show-log', 'kept-file', 'move-server', 'close-list')),
  what blob not null,
  reason blob not null,
  output blob,
  state text not null check (state in ('asked', 'queued', 'running', 'completed', 'failed', 'timed-out', 'cancelled')),
  code text,
  asked_at integer not null,
  asked_by text not null,
  confirmed_at integer,
  confirmed_by text,
  ended_at integer,
  deadline_at integer not null,
  reach text
) strict, without rowid;
insert into device_task_next select id, device, kind, what, reason, output, state, code, asked_at, asked_by, confirmed_at, confirmed_by,
  ended_at, deadline_at, reach from device_task;
drop table device_task;
alter table device_task_next rename to device_task;
create index device_task_of on device_task (device, asked_at);
create index device_task_open on device_task (device, asked_at) where state in ('queued', 'running');
create index device_task_asked on device_task (asked_at);
create index device_task_waiting on device_task (asked_at) where state = 'asked';
-- The event of a person's act; null: what a source reported, or did not report any more.
alter table change_log add column event integer;
