-- Whether the programs of controllers are the ones that were approved. What was approved is in objects (plc-program); here is
-- what comparing said last, how it went before, and what was kept beside a patch.

create table plc_program_state (
  plc integer primary key,
  state text not null check (state in ('ok', 'changed', 'unreachable', 'no-reference')),
  -- Why it is not known: nothing was read, the last attempt failed, or it is too old.
  why text,
  since integer not null,
  checked_at integer not null,
  -- When the program was read last; null: never.
  read_at integer,
  -- Of the approved content that it was compared with.
  reference text,
  -- JSON: what differs.
  differences text not null,
  -- What lists and drawings show, so that they need not read every fact of every controller.
  public_id text not null,
  name text not null,
  zone text,
  health text not null check (health in ('critical', 'warning', 'ok')),
  -- JSON: why it is not as it should be.
  reasons text not null,
  -- Hardening rules that found something, and those that know too little to say.
  found integer not null,
  unknown integer not null
) strict;
create index plc_program_state_health on plc_program_state (health);

create table plc_program_change (
  id integer primary key autoincrement,
  plc integer not null,
  at integer not null,
  before text,
  after text not null,
  differences text not null
) strict;
create index plc_program_change_plc on plc_program_change (plc, id);

-- The content as it was before and after work on the controller.
create table plc_program_snapshot (
  id integer primary key autoincrement,
  plc integer not null,
  at integer not null,
  actor text not null,
  moment text not null check (moment in ('before', 'after')),
  work_order text not null,
  content text not null,
  content_hash text not null
) strict;
create index plc_program_snapshot_plc on plc_program_snapshot (plc, work_order, id);
