-- One device, many doors. What a client proves itself by moves from the device to its door; devices that never spoke get a
-- state, and every device a kind. A column's check goes with the column, so the state is copied instead of the table.

create table device_door (
  id integer primary key autoincrement,
  device integer not null references device (id) on delete cascade,
  door text not null,
  -- What the client calls itself: the digest of its key, osquery's host identifier, a GLPI device id.
  client_id text not null,
  -- SHA-256 of its public key (SPKI) or node key; null where the client proves nothing of its own.
  key_digest text,
  token text,
  -- 'replaced': the same device enrolled again and speaks by another row now.
  state text not null check (state in ('pending', 'approved', 'held', 'replaced', 'revoked')),
  agent text not null default '',
  first_seen_at integer not null,
  last_seen_at integer,
  from_address text
) strict;
insert into device_door (device, door, client_id, key_digest, token, state, agent, first_seen_at, last_seen_at, from_address)
  select id, 'native', key_digest, key_digest, token,
    case state when 'managed' then 'approved' when 'held' then iif(approved_at is null, 'held', 'approved') else state end,
    agent_version, created_at, last_seen_at, from_address from device;
insert into device_door (device, door, client_id, key_digest, token, state, first_seen_at, from_address)
  select id, 'native', next_key_digest, next_key_digest, token, 'pending', created_at, from_address from device
  where next_key_digest is not null;
create unique index device_door_live_key on device_door (door, key_digest)
  where key_digest is not null and state in ('pending', 'approved', 'held');
create index device_door_key on device_door (door, key_digest) where key_digest is not null;
create index device_door_client on device_door (door, client_id);
create index device_door_device on device_door (device, state);
create index device_door_pending on device_door (device) where state = 'pending';

drop index device_key;
drop index device_next_key;
drop index device_state;
alter table device drop column key_digest;
alter table device drop column next_key_digest;
alter table device rename column state to state_before;
alter table device add column state text not null default 'pending'
  check (state in ('discovered', 'pending', 'managed', 'held', 'revoked'));
update device set state = state_before;
alter table device drop column state_before;
create index device_state on device (state, id);

-- 'computer', 'network', 'printer', 'phone'; 'directory': what holds the users and groups of a polled directory.
alter table device add column kind text not null default 'computer'
  check (kind in ('computer', 'network', 'printer', 'phone', 'directory'));

-- Names and addresses by which a device is found again: 'dns' a full name, 'name' its first label, 'address' an IP.
create table device_hint (
  kind text not null check (kind in ('dns', 'name', 'address')),
  value text not null,
  device integer not null references device (id) on delete cascade,
  seen_at integer not null,
  primary key (kind, value, device)
) strict, without rowid;
create index device_hint_device on device_hint (device);
