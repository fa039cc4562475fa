-- Engines: personal keys, store-wide tables of inventory, objects, events and jobs.
-- Tables of collections (inv_<name>) are made from their declarations.

create table person_key (
  id integer primary key autoincrement,
  person blob unique,
  wrapped blob,
  created_at integer not null,
  erased_at integer
) strict;

create table section (
  id integer primary key,
  device integer not null,
  collection text not null,
  door text not null,
  hash blob not null,
  collected_at integer not null,
  received_at integer not null,
  best integer not null default 1,
  count integer not null,
  members blob,
  attrs blob
) strict;
create unique index section_key on section (device, collection, door);
create index section_collection on section (collection, best, device);

create table change_log (
  id integer primary key autoincrement,
  device integer not null,
  collection text not null,
  door text not null,
  at integer not null,
  operation text not null check (operation in ('first', 'added', 'removed', 'changed')),
  before_item integer,
  after_item integer,
  before_row text,
  after_row text,
  count integer
) strict;
create index change_log_device on change_log (device, id);
create index change_log_collection on change_log (collection, id);
create index change_log_at on change_log (collection, at);
create index change_log_before on change_log (collection, before_item) where before_item is not null;
create index change_log_after on change_log (collection, after_item) where after_item is not null;

create table object (
  kind text not null,
  id text not null,
  revision integer not null,
  created_at integer not null,
  updated_at integer not null,
  deleted_at integer,
  title text,
  body text not null,
  primary key (kind, id)
) strict, without rowid;
create index object_title on object (kind, title collate nocase, id);

create table object_index (
  kind text not null,
  field text not null,
  value any not null,
  id text not null,
  primary key (kind, field, value, id)
) strict, without rowid;
create index object_index_id on object_index (kind, id);

create table object_revision (
  kind text not null,
  id text not null,
  revision integer not null,
  at integer not null,
  actor text not null,
  from_address text,
  operation text not null,
  comment text,
  salt blob not null,
  body text not null,
  primary key (kind, id, revision)
) strict, without rowid;

create table audit (
  seq integer primary key,
  at integer not null,
  actor text not null,
  from_address text,
  operation text not null,
  kind text not null,
  object text not null,
  revision integer not null,
  commitment blob not null,
  prev blob not null,
  hash blob not null
) strict;
create index audit_object on audit (kind, object, seq);

-- The newest entry under the site's own key: cutting the chain's end shows.
create table audit_head (
  one integer primary key check (one = 1),
  seq integer not null,
  mac blob not null
) strict;

create table event (
  id integer primary key autoincrement,
  at integer not null,
  type text not null,
  severity text not null,
  area text not null,
  device integer,
  actor text,
  from_address text,
  params text not null,
  audit_seq integer,
  salt blob
) strict;
create index event_at on event (at);
create index event_device on event (device, id) where device is not null;
create index event_type on event (type, id);
create index event_severity on event (severity, id);
create index event_audit on event (audit_seq) where audit_seq is not null;

create table job_run (
  id integer primary key autoincrement,
  kind text not null,
  state text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  payload text not null,
  progress text,
  result text,
  error text,
  attempt integer not null default 0,
  created_at integer not null,
  started_at integer,
  finished_at integer,
  owner text
) strict;
create index job_run_queue on job_run (kind, state, id);

create table schedule_run (
  name text primary key,
  last_at integer not null,
  last_error text
) strict, without rowid;
