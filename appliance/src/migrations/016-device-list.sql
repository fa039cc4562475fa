-- One narrow row per device: what lists of devices filter and sort by. Triggers keep it (features/devices/list-row.ts), in
-- the transaction of whatever changed; nothing is entered here, and all of it can be made again from the other tables.

create table device_row (
  device integer primary key,
  kind text not null,
  state text not null,
  -- Rank of the level of its status; 0 is the worst.
  level integer not null,
  -- Rank of the worst decision about its findings; null: none.
  worst integer,
  -- Below zero, so that the most come first when it rises.
  findings_key integer not null,
  act_key integer not null,
  group_id text,
  -- Folded: lower case in every script.
  name_key text not null,
  group_key text not null,
  os_key text not null,
  address_key text not null,
  -- All addresses, each with a space before it.
  addresses text not null,
  os_search text not null,
  search text not null
) strict;
create index device_row_level on device_row (level, name_key, device);
create index device_row_name on device_row (name_key, device);
create index device_row_group on device_row (group_key, name_key, device);
create index device_row_os on device_row (os_key, name_key, device);
create index device_row_address on device_row (address_key, name_key, device);
create index device_row_findings on device_row (findings_key, name_key, device);
create index device_row_act on device_row (act_key, name_key, device);
-- Counts and selective filters read this index alone.
create index device_row_filter on device_row (state, kind, level, group_id, worst);
create index device_row_group_id on device_row (group_id, state) where group_id is not null;
create index device_seen on device (-coalesce(last_seen_at, 0), id);

-- Rises with every change of the catalogue: what is kept about needed updates is valid for one number.
create table catalog_version (
  one integer primary key check (one = 1),
  version integer not null
) strict;
insert into catalog_version (one, version) values (1, 1);
create trigger catalog_version_added after insert on catalog_update begin update catalog_version set version = version + 1; end;
create trigger catalog_version_changed after update on catalog_update begin update catalog_version set version = version + 1; end;
create trigger catalog_version_gone after delete on catalog_update begin update catalog_version set version = version + 1; end;
