-- Two records that turned out to be one device, and what it takes to have two again.

create table device_merge (
  id integer primary key autoincrement,
  keep integer not null,
  other integer not null,
  other_public_id text not null,
  at integer not null,
  actor text not null,
  -- JSON: the row of the device that is gone, what became of the other's, which sections and doors came with it.
  data text not null,
  undone_at integer,
  undone_by text
) strict;
create index device_merge_keep on device_merge (keep, id);
create index device_merge_other on device_merge (other_public_id);

-- Rows of one table: the keys of those that moved, and those that had no place beside the other device's, whole.
create table device_merge_rows (
  merge integer not null references device_merge (id) on delete cascade,
  name text not null,
  moved text not null,
  stashed text not null,
  primary key (merge, name)
) strict, without rowid;

-- Pairs that somebody has found to be two devices, whatever they share. `one` is the older record.
create table device_distinct (
  one integer not null,
  two integer not null,
  at integer not null,
  actor text not null,
  primary key (one, two)
) strict, without rowid;
create index device_distinct_two on device_distinct (two);

-- Which client a certificate belongs to: a device may have two of them.
alter table device_certificate add column door integer;
update device_certificate set door = (select x.id from device_door x where x.device = device_certificate.device
  and x.door = 'native' and x.state in ('approved', 'held', 'revoked') order by x.id limit 1);
