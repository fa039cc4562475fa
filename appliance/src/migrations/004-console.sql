-- Who is logged in and who tries to. Only hashes of secrets are kept.

create table session (
  -- SHA-256 of the cookie's value.
  hash blob primary key,
  account text not null,
  created_at integer not null,
  -- Written at most once a minute.
  used_at integer not null,
  from_address text
) strict, without rowid;
create index session_account on session (account, created_at);

-- Tries per name and per address, under a keyed hash: the table says nothing about who tried.
create table login_attempt (
  subject blob primary key,
  since integer not null,
  tries integer not null
) strict, without rowid;
create index login_attempt_since on login_attempt (since);

-- The newest one-time password that an account used: each counts once.
create table totp_step (
  account text primary key,
  step integer not null
) strict, without rowid;

-- A bundle on its way through the steps of the import page: uploaded into staging, or on a medium.
create table import_draft (
  id text primary key,
  path text not null,
  name text not null,
  size_bytes integer not null,
  uploaded integer not null check (uploaded in (0, 1)),
  made_by text not null,
  created_at integer not null,
  -- Job runs: the check that changes nothing, then the import.
  check_run integer,
  import_run integer,
  -- Asked to end.
  stopped integer not null default 0
) strict, without rowid;
create index import_draft_created on import_draft (created_at);
