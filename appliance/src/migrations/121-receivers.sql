-- How far each receiver of events is: the number of the last event that it has.
create table receiver_position (
  receiver text primary key,
  event integer not null,
  sent integer not null default 0,
  missed integer not null default 0,
  last_at integer,
  error text,
  error_at integer,
  -- Since when it is behind by an hour; null while it is not.
  behind_at integer
) strict, without rowid;
