-- Devices, their certificates, what is counted for enrolment tokens, ids of agents' events.

create table device (
  id integer primary key autoincrement,
  public_id text not null unique,
  state text not null check (state in ('pending', 'managed', 'held', 'revoked')),
  -- SHA-256 of the public key (SPKI) that this device enrolled with; a request with the same key is the same agent.
  key_digest text not null,
  -- A reinstall that waits for approval: the key it came with. The device goes on with the old one meanwhile.
  next_key_digest text,
  uuid text,
  serial text,
  macs text not null default '[]',
  hostname text not null default '',
  os text not null default '',
  arch text not null default '',
  agent_version text not null default '',
  token text,
  device_group text,
  -- Why a newcomer is held, and which device it resembles.
  held_reason text,
  resembles integer references device (id),
  from_address text,
  created_at integer not null,
  approved_at integer,
  enrolled_at integer,
  revoked_at integer,
  last_seen_at integer,
  seq integer not null default 0,
  -- The newest boot ids, newest first, JSON: one that comes back is a second device with the same key.
  boot_ids text not null default '[]'
) strict;
create unique index device_key on device (key_digest) where state <> 'revoked';
create index device_next_key on device (next_key_digest) where next_key_digest is not null;
create index device_uuid on device (uuid) where uuid is not null;
create index device_serial on device (serial) where serial is not null;
create index device_state on device (state, id);

create table device_mac (
  mac text not null,
  device integer not null references device (id) on delete cascade,
  primary key (mac, device)
) strict, without rowid;
create index device_mac_device on device_mac (device);

-- 'issued' until first used; then 'active', and the older ones of the device are 'superseded'.
create table device_certificate (
  fingerprint text primary key,
  device integer not null references device (id) on delete cascade,
  serial text not null,
  key_digest text not null,
  state text not null check (state in ('issued', 'active', 'superseded', 'revoked')),
  not_before integer not null,
  not_after integer not null,
  issued_at integer not null,
  first_used_at integer
) strict, without rowid;
create index device_certificate_device on device_certificate (device, state);

-- Devices that a token has let in; an object's revisions are for decisions, not for counting.
create table token_use (
  token text primary key,
  used integer not null
) strict, without rowid;

-- Ids of events that agents sent, so that a repeat is harmless. Dropped after their time.
create table agent_event (
  device integer not null,
  id blob not null,
  received_at integer not null,
  primary key (device, id)
) strict, without rowid;
create index agent_event_received on agent_event (received_at);
