-- What updates would close, kept per source package, so that no page adds up a million matches
-- (features/vulnerabilities/fix-store.ts). All of it is derived.

-- A package as advisories name it: its ecosystem with the release, its name. None is removed.
create table source_package (
  id   integer primary key,
  eco  text not null,
  name text not null,
  unique (eco, name)
) strict;
insert into source_package (eco, name) select distinct eco, name from coord;

create table coord_source (
  coord  integer primary key,
  source integer not null
) strict;
insert into coord_source (coord, source)
  select c.id, s.id from coord c join source_package s on s.eco = c.eco and s.name = c.name;
create trigger coord_source_added after insert on coord begin
  insert or ignore into source_package (eco, name) values (new.eco, new.name);
  insert or replace into coord_source (coord, source)
    select new.id, id from source_package where eco = new.eco and name = new.name;
end;

-- A coordinate with open findings that certainly apply and that a newer version closes.
create table coord_fix (
  coord      integer primary key,
  source     integer not null,
  -- The version that closes them all: the highest that one of them names, its key, null where it has none.
  fixed      text    not null,
  key        blob,
  -- Findings by decision.
  act        integer not null,
  attend     integer not null,
  track_star integer not null,
  track      integer not null,
  -- Those whose fix cannot be compared.
  unkeyed    integer not null,
  -- The worst decision and its worst severity: ten times the place in DECISIONS, and the place in SEVERITIES.
  worst      integer not null
) strict;
create index coord_fix_source on coord_fix (source, coord);

-- The same for all coordinates of a package that devices have.
create table source_fix (
  source     integer primary key,
  fixed      text    not null,
  key        blob,
  act        integer not null,
  attend     integer not null,
  track_star integer not null,
  track      integer not null,
  unkeyed    integer not null,
  worst      integer not null
) strict;

-- Coordinates of one package that one device has together, packed as in device_coord, and how many devices do: with it the
-- devices of some versions of a package are the sum over the versions, less those that were counted twice.
create table coord_together (
  coords  blob    primary key,
  devices integer not null
) strict, without rowid;

-- The tables are filled by the next match, which the start of the server makes.
update exchange_state set matched = 0;
