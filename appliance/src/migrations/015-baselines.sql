-- Baselines: what administrators approved a device or a group to hold. The objects say which content and which accepted
-- deviations are in force; these tables hold both, and what differs now.

create table baseline_content (
  baseline text not null,
  -- The approval that took it; a baseline's content is replaced by approving anew.
  content integer not null,
  collection text not null,
  -- `shared`: how many items, and their packed ids. `own`: JSON of keyed digests and rows, personal values encrypted.
  count integer not null,
  members blob,
  rows text,
  primary key (baseline, content, collection)
) strict, without rowid;

-- A deviation that somebody accepted: it changes what is expected, of one device or (null) of the whole group.
create table baseline_acceptance (
  id integer primary key autoincrement,
  baseline text not null,
  device integer,
  collection text not null,
  title text,
  before_item integer,
  after_item integer,
  before_row text,
  after_row text,
  before_key text,
  after_key text,
  reason text not null,
  actor text not null,
  at integer not null,
  expires_at integer
) strict;
create index baseline_acceptance_expires on baseline_acceptance (expires_at) where expires_at is not null;

create table deviation (
  id integer primary key autoincrement,
  baseline text not null,
  device integer not null,
  collection text not null,
  operation text not null check (operation in ('added', 'removed', 'changed')),
  identity text not null,
  title text,
  before_item integer,
  after_item integer,
  before_row text,
  after_row text,
  -- Of rows: key and digest, with a space between.
  before_key text,
  after_key text,
  since integer not null,
  until integer,
  -- How it ended: it went away, was accepted, or the baseline was approved anew.
  outcome text check (outcome in ('gone', 'accepted', 'approved', 'uncovered')),
  acceptance integer,
  work_order text,
  work_order_actor text,
  work_order_at integer
) strict;
create index deviation_open on deviation (device, collection) where until is null;
create index deviation_since on deviation (since, id) where until is null;
create index deviation_baseline on deviation (baseline, id);
create index deviation_until on deviation (until) where until is not null;

-- Devices whose deviations are to be found anew, whole.
create table baseline_stale (
  device integer primary key
) strict;

create table baseline_state (
  one integer primary key check (one = 1),
  -- Acceptances whose time ended before this were taken out of what is expected.
  swept_at integer not null
) strict;
insert into baseline_state (one, swept_at) values (1, 0);
