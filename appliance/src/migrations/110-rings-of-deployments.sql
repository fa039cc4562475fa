-- Rollouts: a deployment whose orders go out ring by ring. Orders of before have ring 0: all at once.
alter table task add column ring integer not null default 0;
-- 1: a person took the device out of its ring's numbers.
alter table task add column is_out integer not null default 0;
create table deployment_ring (
  deployment text not null,
  ring integer not null,
  state text not null check (state in ('closed', 'open', 'soaking', 'passed', 'failed', 'held', 'stopped')),
  -- Why it waits for a person: a code.
  reason text,
  comment text,
  decided_by text,
  due_at integer not null,
  opened_at integer,
  soaking_at integer,
  changed_at integer not null,
  primary key (deployment, ring)
) strict, without rowid;
create index deployment_ring_waiting on deployment_ring (state, deployment) where state in ('closed', 'open', 'soaking', 'failed', 'held');
