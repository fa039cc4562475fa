-- Controllers. What was said is in three tables: who brought it (plc_origin), what was said at one time about one controller
-- (plc_reading) and value by value (plc_fact). Nothing of these is changed by merging or by a better value. All the rest is
-- worked out from them: which record a reading belongs to is the reading's `plc`, and parts, winners, keys and rows of lists
-- can be made again at any time.

create table plc (
  id integer primary key autoincrement,
  public_id text not null unique,
  state text not null check (state in ('live', 'replaced', 'merged')),
  -- The record that it became part of, or that took its place.
  into_plc integer,
  created_at integer not null,
  -- Idle for so long that it was set aside; null again when it speaks.
  archived_at integer
) strict;

create table plc_origin (
  id integer primary key autoincrement,
  sort text not null,
  name text not null,
  sha256 text,
  -- Hash of what makes the same origin again: the file, or sort and name.
  scope blob not null,
  at integer not null,
  actor text not null,
  summary text not null,
  undone_at integer,
  undone_by text
) strict;
create index plc_origin_scope on plc_origin (scope) where undone_at is null;
create index plc_origin_sort on plc_origin (sort, id);

create table plc_reading (
  id integer primary key autoincrement,
  origin integer not null references plc_origin (id),
  plc integer not null,
  method text not null,
  source text not null,
  observed_at integer not null,
  confidence real not null,
  place text,
  -- Hash of all that was said, without the time.
  content blob not null,
  -- Somebody said which record it is about; keys do not take it away from there.
  pinned integer not null,
  -- Newer words of the same person took its place: shown, but wins nothing.
  ended integer not null default 0
) strict;
create index plc_reading_plc on plc_reading (plc, observed_at);
create index plc_reading_origin on plc_reading (origin, content);

create table plc_fact (
  id integer primary key autoincrement,
  reading integer not null references plc_reading (id) on delete cascade,
  sort text not null,
  -- Of the part; '' for the controller itself.
  key text not null,
  field text not null,
  side text not null check (side in ('observed', 'configured')),
  -- Null where there is an error instead.
  value text,
  -- As its reader read it, where the normaliser made something else of it.
  said text,
  raw text,
  error text,
  reason text,
  normaliser integer not null,
  -- Name and version of the map that made a derived value.
  map text
) strict;
create index plc_fact_reading on plc_fact (reading);

create table plc_part (
  id integer primary key autoincrement,
  plc integer not null,
  sort text not null,
  key text not null,
  unique (plc, sort, key)
) strict;

create table plc_winner (
  part integer not null,
  field text not null,
  side text not null,
  fact integer not null,
  value text not null,
  observed_at integer not null,
  primary key (part, field, side)
) strict, without rowid;

-- What identifies a record, over all its readings; `strength` 0: certain.
create table plc_key (
  kind text not null,
  value text not null,
  plc integer not null,
  strength integer not null,
  primary key (kind, value, plc)
) strict, without rowid;
create index plc_key_plc on plc_key (plc);

-- What people said about two records that share a weak key; `one` is the older record.
create table plc_pair (
  one integer not null,
  two integer not null,
  same integer not null,
  at integer not null,
  actor text not null,
  reason text,
  primary key (one, two)
) strict, without rowid;
create index plc_pair_two on plc_pair (two);

-- Weak keys that somebody confirmed: what bears one belongs to this record, unless its serial number says otherwise.
create table plc_agreed (
  kind text not null,
  value text not null,
  plc integer not null,
  primary key (kind, value, plc)
) strict, without rowid;
create index plc_agreed_plc on plc_agreed (plc);

create table plc_merge (
  id integer primary key autoincrement,
  keep integer not null,
  other integer not null,
  at integer not null,
  actor text not null,
  -- JSON: the readings that came with it, and what else it takes to have two again.
  data text not null,
  undone_at integer,
  undone_by text
) strict;
create index plc_merge_keep on plc_merge (keep, id);
create index plc_merge_other on plc_merge (other, id);

-- How values changed, for people.
create table plc_change (
  id integer primary key autoincrement,
  plc integer not null,
  at integer not null,
  sort text not null,
  key text not null,
  field text not null,
  side text not null,
  before text,
  after text,
  -- Null: a decision of people about records, or a map, changed what wins.
  origin integer
) strict;
create index plc_change_plc on plc_change (plc, id);
create index plc_change_at on plc_change (at);

create table plc_row (
  plc integer primary key,
  public_id text not null,
  state text not null,
  decision text not null,
  -- Folded: lower case in every script.
  name_key text not null,
  vendor_key text not null,
  family_key text not null,
  model_key text not null,
  order_key text not null,
  firmware_key text not null,
  address_key text not null,
  zone text not null,
  role text not null,
  -- Best method of an observed, or else a configured, firmware; '' where there is none.
  method text not null,
  missing_firmware integer not null,
  drift integer not null,
  proposals integer not null,
  first_seen integer,
  last_seen integer,
  seen_key integer not null,
  search text not null
) strict;
create index plc_row_name on plc_row (name_key, plc);
create index plc_row_vendor on plc_row (vendor_key, name_key, plc);
create index plc_row_family on plc_row (family_key, name_key, plc);
create index plc_row_model on plc_row (model_key, name_key, plc);
create index plc_row_order on plc_row (order_key, name_key, plc);
create index plc_row_firmware on plc_row (firmware_key, name_key, plc);
create index plc_row_address on plc_row (address_key, name_key, plc);
create index plc_row_zone on plc_row (zone, name_key, plc);
create index plc_row_seen on plc_row (seen_key, plc);
create index plc_row_drift on plc_row (drift, name_key, plc);
-- Counts and selective filters read this index alone.
create index plc_row_filter on plc_row (state, decision, zone, role, vendor_key, family_key, drift, missing_firmware, method);
