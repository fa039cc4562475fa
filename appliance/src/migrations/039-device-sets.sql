-- Which devices have a value that lists filter by, one bit per device in blocks of 1,024 (features/devices/list-facets.ts), and
-- what lists search in, 32 devices in one text (features/devices/list-text.ts). Triggers keep both; all of it is derived.
create table device_facet (
  facet text not null,
  value text not null,
  block integer not null,
  devices blob not null,
  primary key (facet, value, block)
) strict, without rowid;
create table device_search_lines (
  block integer primary key,
  lines text not null
) strict;
create table device_addresses_lines (
  block integer primary key,
  lines text not null
) strict;
-- Sets answer what these were for.
drop index device_row_filter;
