-- How each directory and address range went last, and the connections that this appliance opened.

create table discovery_subject (
  -- `kind/id` of the object.
  subject text primary key,
  -- The record that holds the users and groups of a directory.
  device integer,
  last_at integer,
  ok_at integer,
  -- Of the last try; null when it went well.
  code text,
  message text,
  -- JSON, of the last one that went well.
  summary text,
  -- Somebody wants the run to end.
  stop integer not null default 0
) strict, without rowid;

create table outbound (
  purpose text not null,
  -- Host and port.
  target text not null,
  -- `kind/id` of the object that names it; empty when nobody does.
  object text not null,
  opened integer not null,
  failed integer not null,
  denied integer not null,
  bytes_read integer not null,
  bytes_written integer not null,
  first_at integer not null,
  last_at integer not null,
  primary key (purpose, target)
) strict, without rowid;
create index outbound_last on outbound (last_at);
