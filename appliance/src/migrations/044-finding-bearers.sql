-- Which devices have a coordinate that has open findings (features/vulnerabilities/bearer-store.ts), so that nobody unpacks the
-- coordinates of every device. All of it is derived.
create table coord_bearer (
  -- Of 4,096 devices.
  block  integer not null,
  -- The package of the coordinates, which lie packed in one row with who has them.
  source integer not null,
  coords blob    not null,
  primary key (block, source)
) strict, without rowid;

-- Devices that are not entered yet: questions look into what they have. Entered when nothing else is to be done.
create table coord_bearer_due (
  id integer primary key
) strict;
insert into coord_bearer_due (id) select device from device_coord;
