-- Which devices need which update of the catalogue (features/updates/need-store.ts), so that no page reads the software of the
-- fleet. All of it is derived.

-- An update that a device needs, by a number; a row goes with the last device.
create table update_need (
  number  integer primary key,
  id      text    not null unique,
  devices integer not null
) strict;

-- What a device needs: numbers, packed. Named by `id`, since it is nothing that moves when devices are merged.
create table update_need_of (
  id      integer primary key,
  numbers blob    not null
) strict;

-- The devices that need an update, of a block of 4,096.
create table update_bearer (
  block   integer not null,
  number  integer not null,
  devices blob    not null,
  primary key (block, number)
) strict, without rowid;

-- The version of the catalogue that it was worked out with.
create table update_need_state (
  one     integer primary key check (one = 1),
  version integer not null
) strict;
insert into update_need_state (one, version) values (1, 0);

-- Devices that have to be looked at: triggers know whose software or platform changed, so no writer can forget it.
create table update_need_due (
  id integer primary key
) strict;
create trigger update_need_section_added after insert on section
  when new.collection in ('software', 'platform') and new.device > 0 begin
  insert or ignore into update_need_due (id) values (new.device);
end;
create trigger update_need_section_changed after update of device, collection, door, best, hash on section
  when new.collection in ('software', 'platform') begin
  insert or ignore into update_need_due (id) select old.device where old.device > 0;
  insert or ignore into update_need_due (id) select new.device where new.device > 0;
end;
create trigger update_need_section_gone after delete on section
  when old.collection in ('software', 'platform') and old.device > 0 begin
  insert or ignore into update_need_due (id) values (old.device);
end;
