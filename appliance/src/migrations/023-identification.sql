-- Identification of controllers: what was approved and by whom, what ran, and every packet that was sent.

create table identification_approval (
  id integer primary key autoincrement,
  -- Id of the object of kind plc-identification, and the revision that was approved: any change of the object ends it.
  job text not null,
  revision integer not null,
  -- SHA-256 of the plan, and the plan itself: this and nothing else may be sent.
  digest text not null,
  plan text not null,
  -- `type:id` of the person.
  by text not null,
  at integer not null
) strict;
create index identification_approval_job on identification_approval (job, id);

create table identification_run (
  id integer primary key autoincrement,
  job text not null,
  -- An approval is for one run.
  approval integer not null unique references identification_approval (id),
  state text not null check (state in ('waiting', 'running', 'done', 'stopped', 'anomaly', 'failed')),
  -- Why it ended before its end.
  code text,
  detail text,
  started_at integer not null,
  finished_at integer,
  started_by text not null,
  -- Who stopped it.
  stop_by text,
  -- Null: at the appliance.
  device integer,
  task text unique,
  -- What the readings became.
  origin integer,
  summary text
) strict;
create index identification_run_job on identification_run (job, id);
create index identification_run_open on identification_run (state) where state in ('waiting', 'running');

create table identification_exchange (
  run integer not null references identification_run (id) on delete cascade,
  plc text not null,
  protocol text not null,
  -- Null while it is under way.
  outcome text,
  -- JSON: what was read.
  readings text,
  primary key (run, plc, protocol)
) strict, without rowid;

create table identification_packet (
  id integer primary key autoincrement,
  run integer not null references identification_run (id) on delete cascade,
  plc text not null,
  protocol text not null,
  attempt integer not null,
  at integer not null,
  kind text not null,
  host text not null,
  port integer not null,
  -- `connect` has no bytes of its own.
  what text not null,
  -- Null where the agent left it out.
  hex text,
  sha256 text not null,
  -- JSON: key of a text and its parameters.
  meaning text
) strict;
create index identification_packet_run on identification_packet (run, id);

-- Zones in which nothing is asked any more until a person says so.
create table identification_halt (
  zone text primary key,
  run integer not null,
  at integer not null,
  plc text not null,
  code text not null,
  detail text not null
) strict, without rowid;
