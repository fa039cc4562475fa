-- Addresses that left the forbidden set by a change of records: nothing connects there until two persons release them (decision 081).
-- What protects now stays in its own records and has no row here.
create table protected_address (
  id integer primary key autoincrement,
  -- An address, network or range, as its record had it.
  address text not null unique,
  because text not null check (because in ('controller', 'zone', 'range')),
  -- The controller's public id, the id of the zone or of the range; and its name then.
  object text not null,
  label text not null,
  -- When it left the records, ms, and who changed them: `type:id`; the import batch where one did.
  left_at integer not null,
  left_by text not null,
  batch integer,
  -- The request to release it that waits.
  request integer
) strict;
create index protected_address_request on protected_address (request, id) where request is not null;

-- Requests to release some of them, until they are decided; the journal has them afterwards.
create table protected_release (
  id integer primary key autoincrement,
  asked_at integer not null,
  asked_by text not null,
  reason text not null
) strict;
