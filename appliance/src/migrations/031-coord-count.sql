-- How many devices have a coordinate, by their newest inventories. A table of its own, narrow: a report counts hundreds of
-- them, and beside names, versions and keys each of those was another page to write.
create table coord_count (
  id integer primary key references coord (id),
  devices integer not null
) strict;
insert into coord_count (id, devices) select id, devices from coord;
alter table coord drop column devices;
