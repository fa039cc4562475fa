-- The whole schema of state.db, version 47. Until release 0.2.0 it is edited in place; after it, changes are numbered files in
-- migrations/. Tables of collections (inv_<name>) are made from their declarations.

-- The steps by which this schema came to be: this file, then each one of migrations/, written in the transaction of its step.
-- Every release reads it, also an older one than took the last step: it tells which program has to be run.
create table schema_step (
  version integer primary key,
  name text not null,
  sha256 text not null,
  release text not null,
  at integer not null
) strict;

-- Engines: personal keys, store-wide tables of inventory, objects, events and jobs.
-- Whose the keys in keys/persons are; `id` is the place there.
create table person_key (
  id integer primary key,
  person blob unique,
  created_at integer not null,
  erased_at integer,
  -- When its place was overwritten.
  destroyed_at integer
) strict;
create index person_key_undestroyed on person_key (id) where erased_at is not null and destroyed_at is null;

-- A digest of the bytes that a section was read from, where its agent sends all of it each time: the same bytes need not be
-- read again. Null: unknown.
create table section (
  id integer primary key,
  device integer not null,
  collection text not null,
  source text not null,
  hash blob not null,
  collected_at integer not null,
  received_at integer not null,
  best integer not null default 1,
  count integer not null,
  -- A digest of all that its items were made of.
  sent blob
) strict;
create unique index section_key on section (device, collection, source);
create index section_members on section (collection, best, device, count);

-- Noted, not yet derived: `entity` says of what and by whom. The one queue; what waits in it is looked at for every answer.
create table pending (
  entity text not null,
  id integer not null,
  since integer not null,
  primary key (entity, id)
) strict, without rowid;

-- How the array of a device changed, the newest some thousands: what is counted over a part of the devices follows it
-- (platform/array-changes.ts). `added` null: it had none before; `removed` null: it has none any more.
create table array_change (
  id integer primary key autoincrement,
  entity text not null,
  device integer not null,
  added blob,
  removed blob
) strict;

create table change_log (
  id integer primary key autoincrement,
  device integer not null,
  collection text not null,
  source text not null,
  at integer not null,
  operation text not null check (operation in ('first', 'added', 'removed', 'changed')),
  before_item integer,
  after_item integer,
  before_row text,
  after_row text,
  count integer
) strict;
create index change_log_device on change_log (device, id);
create index change_log_before on change_log (collection, before_item) where before_item is not null;
create index change_log_after on change_log (collection, after_item) where after_item is not null;
create index change_log_kind on change_log (collection, operation, id);

create table object (
  kind text not null,
  id text not null,
  revision integer not null,
  created_at integer not null,
  updated_at integer not null,
  deleted_at integer,
  title text,
  body text not null,
  primary key (kind, id)
) strict, without rowid;
create index object_title on object (kind, title collate nocase, id);

-- The tree of groups: each group under itself and under every group above it. Derived from objects (features/devices/group-store.ts).
create table group_path (
  ancestor text not null,
  grp text not null,
  primary key (ancestor, grp)
) strict, without rowid;
create index group_path_grp on group_path (grp);

create table object_index (
  kind text not null,
  field text not null,
  value any not null,
  id text not null,
  primary key (kind, field, value, id)
) strict, without rowid;
create index object_index_id on object_index (kind, id);

create table object_revision (
  kind text not null,
  id text not null,
  revision integer not null,
  at integer not null,
  actor text not null,
  -- JSON: ids of the persons behind the actor when it was written.
  persons text not null,
  from_address text,
  operation text not null,
  comment text,
  salt blob not null,
  body text not null,
  primary key (kind, id, revision)
) strict, without rowid;

create table audit (
  seq integer primary key,
  at integer not null,
  actor text not null,
  from_address text,
  operation text not null,
  kind text not null,
  object text not null,
  revision integer not null,
  commitment blob not null,
  prev blob not null,
  hash blob not null
) strict;
create index audit_object on audit (kind, object, seq);

-- The newest entry under the site's own key: cutting the chain's end shows.
create table audit_head (
  one integer primary key check (one = 1),
  seq integer not null,
  mac blob not null
) strict;

create table event (
  id integer primary key autoincrement,
  at integer not null,
  type text not null,
  severity text not null,
  area text not null,
  device integer,
  actor text,
  from_address text,
  params text not null,
  audit_seq integer,
  salt blob
) strict;
create index event_at on event (at);
create index event_device on event (device, id) where device is not null;
-- What somebody did themselves is theirs to read, however little of the site they reach.
create index event_own on event (actor, id) where device is null and actor is not null;
create index event_type on event (type, id);
create index event_severity on event (severity, id);
create index event_audit on event (audit_seq) where audit_seq is not null;

create table job_run (
  id integer primary key autoincrement,
  kind text not null,
  state text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  payload text not null,
  progress text,
  result text,
  error text,
  attempt integer not null default 0,
  created_at integer not null,
  started_at integer,
  finished_at integer
) strict;
create index job_run_queue on job_run (kind, state, id);

create table schedule_run (
  name text primary key,
  last_at integer not null
) strict, without rowid;

-- Devices, their certificates, what is counted for enrolment tokens, ids of agents' events.
-- 'computer', 'network', 'printer', 'phone'; 'directory': what holds the users and groups of a polled directory.
create table device (
  id integer primary key autoincrement,
  public_id text not null unique,
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
  boot_ids text not null default '[]',
  state text not null default 'pending' check (state in ('discovered', 'pending', 'managed', 'held', 'revoked')),
  kind text not null default 'computer' check (kind in ('computer', 'network', 'printer', 'phone', 'directory'))
) strict;
create index device_uuid on device (uuid) where uuid is not null;
create index device_serial on device (serial) where serial is not null;
create index device_state on device (state, id);
create index device_seen on device (-coalesce(last_seen_at, 0), id);
-- Values that two records had at some time, and may have no more: where to look for records that are one device. Found when the
-- second comes, since grouping all values of a large site costs as much as the rest of the first page.
create table shared_value (
  why text not null check (why in ('uuid', 'serial', 'mac', 'dns')),
  value text not null,
  primary key (why, value)
) strict, without rowid;
create trigger device_came after insert on device begin
  insert or ignore into shared_value select 'uuid', new.uuid from device where uuid = new.uuid and id <> new.id limit 1;
  insert or ignore into shared_value select 'serial', new.serial from device where serial = new.serial and id <> new.id limit 1;
end;
create trigger device_hardware after update of uuid, serial on device begin
  insert or ignore into shared_value select 'uuid', new.uuid from device where uuid = new.uuid and id <> new.id limit 1;
  insert or ignore into shared_value select 'serial', new.serial from device where serial = new.serial and id <> new.id limit 1;
end;
-- Pages count devices by state, without directories: out of the index alone.
create index device_state_kind on device (state, kind);

create table device_mac (
  mac text not null,
  device integer not null references device (id) on delete cascade,
  primary key (mac, device)
) strict, without rowid;
create index device_mac_device on device_mac (device);
create trigger device_mac_came after insert on device_mac begin
  insert or ignore into shared_value select 'mac', new.mac from device_mac where mac = new.mac and device <> new.device limit 1;
end;

-- 'issued' until first used; then 'active', and the older ones of the device are 'superseded'.
-- Which client a certificate belongs to: a device may have two of them.
create table device_certificate (
  fingerprint text primary key,
  device integer not null references device (id) on delete cascade,
  serial text not null,
  key_digest text not null,
  state text not null check (state in ('issued', 'active', 'superseded', 'revoked')),
  not_before integer not null,
  not_after integer not null,
  issued_at integer not null,
  first_used_at integer,
  source integer
) strict, without rowid;
create index device_certificate_device on device_certificate (device, state);

-- Devices that a token has approved; an object's revisions are for decisions, not for counting.
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

-- What crosses the gap, what is derived from it (matches, updates) and what is ordered because of it (tasks).
-- One row: the site's side of the exchange. Times are text in the form of the documents, so that they compare as text.
-- What time decides, what operators override, and what receipts have told.
-- A setting of the site decides about broadcasts now.
-- The inventory that the held targets name: agents judge by it, also after the site went back one inventory.
-- The snapshot that was in force with inventory_previous.
-- issued_at of the last accepted bundle, while it is too far ahead to count for the floor.
create table exchange_state (
  id                INTEGER PRIMARY KEY CHECK (id = 1),
  site              TEXT    NOT NULL,
  name              TEXT    NOT NULL,
  seq               INTEGER NOT NULL DEFAULT 0,
  seq_broadcast     INTEGER NOT NULL DEFAULT 0,
  last_bundle       TEXT,
  inventory         TEXT,                        -- SHA-256 of the raw catalogue inventory in force
  inventory_previous TEXT,                       -- kept, so that going back one step stays possible
  policy            BLOB,                        -- policy.json as signed
  floor             TEXT    NOT NULL,            -- the clock never counts as earlier than this
  request_number    INTEGER NOT NULL DEFAULT 0,
  snapshot          INTEGER NOT NULL DEFAULT 0,  -- advisories/<n>.db in force, 0 = none
  snapshot_previous INTEGER NOT NULL DEFAULT 0,
  matched           INTEGER NOT NULL DEFAULT 0, -- the snapshot that the matches were made with
  inventory_listed TEXT,
  snapshot_with_previous INTEGER NOT NULL DEFAULT 0,
  issued_suspect TEXT
) STRICT;

-- TUF metadata as served: 'root', 'timestamp', 'snapshot', 'targets'.
create table trust_metadata (
  role    TEXT    PRIMARY KEY,
  version INTEGER NOT NULL,
  expires TEXT    NOT NULL,
  bytes   BLOB    NOT NULL
) STRICT;

-- Every root since the one that a person compared, for agents that follow the chain.
create table trust_root (
  version INTEGER PRIMARY KEY,
  bytes   BLOB    NOT NULL
) STRICT;

create table site_card (
  number     INTEGER PRIMARY KEY,
  digest     TEXT    NOT NULL,
  created_at TEXT    NOT NULL,
  envelope   BLOB    NOT NULL
) STRICT;

-- A request is open until a commit closes its nonce.
-- What the site holds according to the request: its answer may rely on any of it.
create table request (
  number     INTEGER PRIMARY KEY,
  request_id TEXT    NOT NULL UNIQUE,
  nonce      BLOB    NOT NULL,
  digest     TEXT    NOT NULL,                   -- of the signed envelope before sealing
  floor      TEXT    NOT NULL,
  created_at TEXT    NOT NULL,
  file       TEXT    NOT NULL,
  size_bytes INTEGER NOT NULL,
  wants      TEXT    NOT NULL,                   -- JSON: what the manifest's positions refer to
  last_receipt INTEGER NOT NULL,                 -- the newest receipt that it carried
  written_by TEXT    NOT NULL,
  closed_at  TEXT,
  closed_by  TEXT, -- bundle id, 'newer' or 'limit'
  have BLOB NOT NULL,
  journal_entries INTEGER NOT NULL,              -- the head of the audit chain that it told
  journal_head TEXT NOT NULL
) STRICT;
create index request_open ON request (closed_at, number);

-- The journal of imports. 'running' rows of a dead process are closed by recover().
create table bundle_import (
  id          INTEGER PRIMARY KEY,
  state       TEXT    NOT NULL CHECK (state IN ('open', 'verified', 'stored', 'built', 'flipped', 'done', 'refused', 'interrupted')),
  started_at  TEXT    NOT NULL,
  updated_at  TEXT    NOT NULL,
  finished_at TEXT,
  staging     TEXT    NOT NULL,
  started_by  TEXT    NOT NULL,
  bundle_id   TEXT,
  seq         INTEGER,
  code        TEXT,
  message     TEXT,
  receipt     INTEGER,
  snapshot    INTEGER,                           -- advisories/<n>.db that this import builds
  summary     TEXT                               -- JSON, shown after the import
) STRICT;
create index bundle_import_bundle ON bundle_import (bundle_id, state);
create index bundle_import_state ON bundle_import (state);

-- Hash-chained: prev is the digest of the envelope before.
create table receipt (
  number     INTEGER PRIMARY KEY,
  digest     TEXT    NOT NULL UNIQUE,
  prev       TEXT,
  created_at TEXT    NOT NULL,
  result     TEXT    NOT NULL CHECK (result IN ('imported', 'partial', 'refused')),
  code       TEXT    NOT NULL,
  bundle_id  TEXT,
  seq        INTEGER,
  envelope   BLOB    NOT NULL,
  acknowledged_at TEXT
) STRICT;
create index receipt_bundle ON receipt (bundle_id, result);
create index receipt_open ON receipt (acknowledged_at, number);

-- Advisory feeds: the position for the next request and the age of the data.
create table feed (
  feed        TEXT PRIMARY KEY,
  cursor      TEXT NOT NULL,
  digest      TEXT NOT NULL,
  newest      TEXT,                              -- newest advisory date that is not later than the capture
  imported_at TEXT NOT NULL,
  gone_since  TEXT                               -- since when no bundle has the feed; what it said is kept
) STRICT;

-- The catalogue's updates as signed; doc is the line of updates.jsonl.
create table catalog_update (
  id             TEXT    PRIMARY KEY,
  name           TEXT    NOT NULL,
  version        TEXT    NOT NULL,
  arch           TEXT    NOT NULL,
  ecosystem      TEXT    NOT NULL,
  source         TEXT    NOT NULL,
  source_key     BLOB,                           -- of the source version: what a fixed version is compared with
  security       INTEGER NOT NULL,
  licence        TEXT,
  key            BLOB,
  in_catalog     INTEGER NOT NULL,               -- 0: a later catalogue has another in its place
  as_of          TEXT,                           -- of one that the newest catalogue no longer lists: when the last one came that did
  first_seen_at  TEXT    NOT NULL,
  doc            TEXT    NOT NULL
) STRICT;
create index catalog_update_name ON catalog_update (ecosystem, name, in_catalog);
create index catalog_update_source ON catalog_update (ecosystem, source, source_key);

create table catalog_update_file (
  update_id  TEXT    NOT NULL REFERENCES catalog_update (id) ON DELETE CASCADE,
  position   INTEGER NOT NULL,
  sha256     TEXT    NOT NULL,
  size_bytes INTEGER NOT NULL,
  PRIMARY KEY (update_id, position)
) STRICT, WITHOUT ROWID;
create index catalog_update_file_sha256 ON catalog_update_file (sha256);

-- What the last answer could not bring; `since` is kept while one answer after another cannot.
create table unfulfilled (
  kind    TEXT NOT NULL,
  want    TEXT NOT NULL,
  reason  TEXT NOT NULL,
  bundle  TEXT NOT NULL,
  since   TEXT NOT NULL,
  PRIMARY KEY (kind, want, reason)
) STRICT, WITHOUT ROWID;

-- Matching works on distinct components, never per device.
create table component (
  id      INTEGER PRIMARY KEY,
  eco     TEXT NOT NULL,
  name    TEXT NOT NULL,
  version TEXT NOT NULL,
  key     BLOB,
  source  INTEGER NOT NULL, -- the number of its package
  stream  TEXT NOT NULL     -- the module stream that it was built in; empty: none is named
) STRICT;
create index component_key ON component (eco, name, key, id, stream);
create index component_name on component (name, id);
-- Versions that cannot be compared.
create index component_unkeyed on component (id) where key is null;

-- The components of a device by its newest inventory: rising ids, a raw array of 32-bit numbers. The log holds changes only: what came with
-- the first inventory has no row, and was there since `since`.
create table device_component (
  device INTEGER PRIMARY KEY,
  since  TEXT NOT NULL,
  components BLOB NOT NULL,
  -- Items of software that have no component.
  nameless INTEGER NOT NULL
) STRICT;

create table device_component_log (
  device     INTEGER NOT NULL,
  component      INTEGER NOT NULL REFERENCES component (id),
  added_at   TEXT    NOT NULL,
  removed_at TEXT,
  PRIMARY KEY (device, component, added_at)
) STRICT, WITHOUT ROWID;
create index device_component_log_component ON device_component_log (component, device);

-- One order to one device. The deployment object says what was decided; this says what came of it.
create table task (
  id          TEXT    PRIMARY KEY,
  deployment  TEXT    NOT NULL,
  device      INTEGER NOT NULL,
  update_id   TEXT    NOT NULL,
  state       TEXT    NOT NULL CHECK (state IN ('queued', 'running', 'installed', 'verified', 'failed', 'skipped', 'cancelled')),
  reason      TEXT,                              -- why it failed or was skipped: a code
  attempt     INTEGER NOT NULL DEFAULT 1,
  queued_at   TEXT    NOT NULL,
  started_at  TEXT,
  finished_at TEXT,
  verified_at TEXT,
  result      TEXT,                              -- JSON as the agent reported it, bounded
  objects     TEXT                               -- JSON of its files, settled when it was handed out first
) STRICT;
create index task_device ON task (device, state, queued_at);
create index task_deployment ON task (deployment, state);
create index task_update ON task (update_id, state);

-- Which persons are behind an account (one) or a token (those of its account and who made it).
create table person_of (
  subject text not null,
  person text not null,
  primary key (subject, person)
) strict, without rowid;
create index person_of_person on person_of (person);

-- The present address of an account's person, as a keyed digest.
create table person_address (
  person text primary key,
  address blob not null
) strict, without rowid;
create index person_address_address on person_address (address);

-- Persons that are one human, both ways; never parted.
create table person_same (
  person text not null,
  same text not null,
  at integer not null,
  primary key (person, same)
) strict, without rowid;

-- Who made, promoted or reset an account alone stands behind it too, until a third person confirms it, or its owner was
-- told at a log-in with two factors and some days have passed. `since` is the first time, 0 while the account never had a password.
create table account_touch (
  account text not null,
  person text not null,
  since integer not null,
  at integer not null,
  told_at integer,
  primary key (account, person)
) strict, without rowid;

-- Who asked for and who approved what takes two persons; `thing` names exactly the content.
create table approval (
  id integer primary key,
  act text not null,
  thing text not null,
  type text not null check (type in ('author', 'approver')),
  at integer not null,
  actor text not null,
  -- JSON: ids of the persons behind the actor then.
  persons text not null,
  -- The only person who could approve approved what he asked for.
  one_person integer not null
) strict;
create index approval_thing on approval (act, thing, id);
create index approval_at on approval (at);

-- Who is logged in and who tries to. Only hashes of secrets are kept.
create table session (
  -- SHA-256 of the cookie's value.
  hash blob primary key,
  account text not null,
  created_at integer not null,
  -- Written at most once a minute.
  used_at integer not null,
  from_address text,
  way text not null check (way in ('password', 'two-step', 'link')),
  -- When the person last gave password and code: what is grave asks for it again after ten minutes.
  authenticated_at integer not null,
  -- The role as which the console is shown, without writing.
  view_as text
) strict, without rowid;
create index session_account on session (account, created_at);

-- Tries per account, per address and per place of both, under a keyed hash: the table says nothing about who tried.
create table login_attempt (
  subject blob primary key,
  since integer not null,
  tries integer not null,
  -- When the place may try again.
  until integer not null
) strict, without rowid;
create index login_attempt_since on login_attempt (since);

-- The newest one-time password that an account used: each counts once.
create table totp_step (
  account text primary key,
  step integer not null
) strict, without rowid;

-- A bundle on its way through the steps of the import page: uploaded into staging, or on a medium.
-- A bundle in several volumes is checked and imported as one: all files of it that lie on the medium, as a JSON list.
-- Empty: the file in `path` alone.
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
  stopped integer not null default 0,
  paths TEXT NOT NULL DEFAULT '[]'
) strict, without rowid;
create index import_draft_created on import_draft (created_at);

-- Bundles of several volumes that are not whole yet, and what the store holds that nothing refers to.
create table waiting_bundle (
  bundle_id     TEXT    PRIMARY KEY,
  seq           INTEGER NOT NULL,
  request_id    TEXT,
  volumes       INTEGER NOT NULL,
  missing       TEXT    NOT NULL,                -- JSON: numbers of the volumes still to come
  bytes         INTEGER NOT NULL,                -- of the volumes together
  missing_bytes INTEGER NOT NULL,
  digests       BLOB    NOT NULL,                -- sorted 32-byte digests of all that it carries or relies on
  fresh         BLOB    NOT NULL,                -- those of them that were not held when it first came
  receipt       INTEGER NOT NULL,                -- the newest partial receipt
  first_seen_at TEXT    NOT NULL,
  updated_at    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- Stage one of garbage collection: objects that nothing referred to when they were listed.
create table store_unreferenced (
  sha256     TEXT    PRIMARY KEY,
  size_bytes INTEGER NOT NULL,
  listed_at  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- What an operator decided against the rule; the next receipt tells it.
create table override (
  id       INTEGER PRIMARY KEY,
  at       TEXT    NOT NULL,
  code     TEXT    NOT NULL,
  reason   TEXT    NOT NULL,
  operator INTEGER NOT NULL,
  receipt  INTEGER                               -- the receipt that told it
) STRICT;
create index override_open ON override (receipt, id);

-- Objects that a refused bundle relied on and that are not here: the next request asks for them.
create table missing_object (
  sha256 TEXT PRIMARY KEY,
  since  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Orders whose end a receipt has told, so that none is told twice or not at all, whatever the clock did.
create table receipt_task (
  task    TEXT    PRIMARY KEY,
  failed  INTEGER NOT NULL,
  receipt INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Objects in which an antivirus found nothing. What an interrupted import left in the store is not here, so it is looked at
-- before it can come into force.
create table scanned_object (
  sha256 TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- What rules derive about devices. Nothing here is entered but tags by hand; the rest can be derived again at any time.
-- What makes a device pending stands in derivations.ts.
create table device_status (
  device integer primary key references device (id) on delete cascade,
  -- Rank of the level: 0 critical, 1 warning, 2 waiting, 3 not visible, 4 running, 5 ok, 6 done, 7 information.
  level integer not null,
  -- JSON: sentences as catalogue keys with parameters, the worst first.
  reasons text not null,
  visible integer not null,
  -- When time alone may change what rules say of it; null: never.
  due_at integer,
  -- 1: some age that a rule asks for has passed, so being heard again may change what rules say.
  aged integer not null default 0,
  updated_at integer not null
) strict;
create index device_status_level on device_status (level, device);
create index device_status_due on device_status (due_at) where due_at is not null;

-- Open findings of devices that have any, by their decision.
create table device_findings (
  device integer primary key references device (id) on delete cascade,
  findings integer not null,
  act integer not null,
  attend integer not null,
  -- Rank of the worst decision: 0 act, 1 attend, 2 track-star, 3 track; null when all are for review.
  worst integer
) strict;
create index device_findings_worst on device_findings (worst, device);

-- By what devices are judged (features/vulnerabilities/coverage.ts): what "no findings" is worth.
create table device_coverage (
  device integer primary key references device (id) on delete cascade,
  -- 0 not judged, 1 partly, 2 judged.
  state integer not null,
  -- Whether the packages of the system itself are judged.
  system integer not null,
  -- JSON, as coverageSchema has them.
  reasons text not null,
  judged_by text not null
) strict;
create index device_coverage_state on device_coverage (state, device);

-- `source` is 'hand' or the id of the rule; a tag that both gave has two rows.
create table device_tag (
  tag text not null,
  device integer not null references device (id) on delete cascade,
  source text not null,
  primary key (tag, device, source)
) strict, without rowid;
create index device_tag_device on device_tag (device);

-- All devices are to be looked at again, in the order of their ids; `again` asks for one more round after this one.
create table rule_round (
  one integer primary key check (one = 1),
  after_device integer,
  again integer not null default 0
) strict;

-- Which devices a moving rule that runs once has decided about, and which enrolment the device had then.
create table moving_done (
  rule text not null,
  device integer not null references device (id) on delete cascade,
  enrolment text,
  primary key (rule, device)
) strict, without rowid;
create index moving_done_device on moving_done (device);

-- The sources of a device, with what each client proves itself by.
-- When a client last delivered a report of everything. Agents of the JSON dialect send the rest as changes to the last one that they
-- sent, whether it was kept or not.
create table device_source (
  id integer primary key autoincrement,
  device integer not null references device (id) on delete cascade,
  source text not null,
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
  from_address text,
  full_at integer
) strict;
create unique index device_source_live_key on device_source (source, key_digest)
  where key_digest is not null and state in ('pending', 'approved', 'held');
create index device_source_key on device_source (source, key_digest) where key_digest is not null;
create index device_source_client on device_source (source, client_id);
create index device_source_device on device_source (device, state);
create index device_source_pending on device_source (device) where state = 'pending';

-- Names and addresses by which a device is found again: 'dns' a full name, 'name' its first label, 'address' an IP.
create table device_hint (
  kind text not null check (kind in ('dns', 'name', 'address')),
  value text not null,
  device integer not null references device (id) on delete cascade,
  seen_at integer not null,
  primary key (kind, value, device)
) strict, without rowid;
create index device_hint_device on device_hint (device);
create trigger device_hint_came after insert on device_hint when new.kind = 'dns' begin
  insert or ignore into shared_value select 'dns', new.value from device_hint
    where kind = 'dns' and value = new.value and device <> new.device limit 1;
end;

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
  -- The run is to end.
  stop integer not null default 0
) strict, without rowid;

create table outbound (
  purpose text not null,
  -- Host and port.
  target text not null,
  -- `kind/id` of the object that names it; empty when none does.
  object text not null,
  opened integer not null,
  failed integer not null,
  denied integer not null,
  bytes_read integer not null,
  bytes_written integer not null,
  first_at integer not null,
  last_at integer not null,
  -- When a denied try was last written into the journal.
  told_at integer,
  primary key (purpose, target)
) strict, without rowid;
create index outbound_last on outbound (last_at);

-- Live queries with the answers of each device, and samples: files that two people agreed to fetch.
create table live_query (
  id text primary key,
  sql text not null,
  created_at integer not null,
  -- `type:id` of the actor.
  created_by text not null,
  deadline_at integer not null,
  -- Bytes of the answers that are kept; past a bound further rows are counted only.
  kept_bytes integer not null default 0,
  -- JSON of the groups that its writer reached: no other device is told it. Null: the whole site.
  reach text
) strict, without rowid;
create index live_query_created on live_query (created_at);

create table live_answer (
  query text not null references live_query (id) on delete cascade,
  device integer not null,
  state text not null check (state in ('waiting', 'sent', 'answered', 'failed', 'denylisted')),
  sends integer not null default 0,
  -- It is not asked any more: each person stops it for the devices in reach.
  stopped_at integer,
  answered_at integer,
  -- How long the device took.
  wall_ms integer,
  row_count integer,
  is_cut integer not null default 0,
  -- Rows and the message of a failure may be personal: encrypted under the query's own key.
  rows blob,
  message blob,
  primary key (query, device)
) strict, without rowid;
create index live_answer_open on live_answer (device, query) where state in ('waiting', 'sent');

create table sample (
  id text primary key,
  device integer not null,
  -- The path may name a person: encrypted under the sample's own key, as its blocks are.
  path blob not null,
  reason blob not null,
  state text not null check (state in ('asked', 'approved', 'declined', 'sent', 'receiving', 'received', 'failed')),
  asked_at integer not null,
  asked_by text not null,
  decided_at integer,
  decided_by text,
  deadline_at integer,
  max_bytes integer not null,
  -- What the client's answer to the approved query named the request; and the one that its session says to bring.
  request_id text,
  session_request_id text,
  session text unique,
  block_bytes integer,
  block_count integer,
  size_bytes integer,
  received_blocks integer not null default 0,
  received_at integer,
  -- JSON of the groups that its writer reached: it acts on nothing else. Null: the whole site.
  reach text,
  sha256 text,
  code text
) strict, without rowid;
create index sample_open on sample (device) where state in ('approved', 'sent', 'receiving');
create index sample_asked on sample (asked_at);

create table sample_block (
  sample text not null references sample (id) on delete cascade,
  block integer not null,
  data blob not null,
  primary key (sample, block)
) strict, without rowid;

-- What the inventory's questions to a node came to; the answers themselves are sections.
create table osquery_node (
  device integer primary key,
  answered_at integer,
  revision integer not null default 0,
  -- The questions that failed last time, JSON: name to `failed` or `denylisted`.
  problems text not null default '{}'
) strict;

-- Two records that turned out to be one device, and what it takes to have two again.
create table device_merge (
  id integer primary key autoincrement,
  keep integer not null,
  other integer not null,
  other_public_id text not null,
  at integer not null,
  actor text not null,
  -- JSON: the row of the device that is gone, what became of the other's, which sections and sources came with it.
  data text not null,
  undone_at integer,
  undone_by text
) strict;
create index device_merge_keep on device_merge (keep, id);
create index device_merge_other on device_merge (other_public_id);
-- A report that was under way while its device was merged finds the device that it belongs to.
create index device_merge_of on device_merge (other, id) where undone_at is null;

-- Rows of one table: the keys of those that moved, and those that had no place beside the other device's, whole.
create table device_merge_rows (
  merge integer not null references device_merge (id) on delete cascade,
  name text not null,
  moved text not null,
  stashed text not null,
  primary key (merge, name)
) strict, without rowid;

-- Pairs marked as two devices, whatever they share. `one` is the older record.
create table device_distinct (
  one integer not null,
  two integer not null,
  at integer not null,
  actor text not null,
  primary key (one, two)
) strict, without rowid;
create index device_distinct_two on device_distinct (two);

-- Baselines: what administrators approved a device or a group to hold. The objects say which content and which accepted
-- deviations are in force; these tables hold both, and what differs now.
create table baseline_content (
  baseline text not null,
  -- The approval that took it; a baseline's content is replaced by approving anew.
  content integer not null,
  collection text not null,
  -- `shared`: how many items, and their ids as a raw array. `own`: JSON of keyed digests and rows, personal values encrypted.
  count integer not null,
  members blob,
  rows text,
  primary key (baseline, content, collection)
) strict, without rowid;

-- An accepted deviation: it changes what is expected, of one device or (null) of the whole group.
create table baseline_acceptance (
  id integer primary key autoincrement,
  baseline text not null,
  device integer,
  collection text not null,
  title text,
  before_item integer,
  after_item integer,
  before_row text,
  after_row text,
  before_key text,
  after_key text,
  reason text not null,
  actor text not null,
  at integer not null,
  expires_at integer
) strict;
create index baseline_acceptance_expires on baseline_acceptance (expires_at) where expires_at is not null;

create table deviation (
  id integer primary key autoincrement,
  baseline text not null,
  device integer not null references device (id) on delete cascade,
  collection text not null,
  operation text not null check (operation in ('added', 'removed', 'changed')),
  identity text not null,
  title text,
  before_item integer,
  after_item integer,
  before_row text,
  after_row text,
  -- Of rows: key and digest, with a space between.
  before_key text,
  after_key text,
  since integer not null,
  until integer,
  -- How it ended: it went away, was accepted, or the baseline was approved anew.
  outcome text check (outcome in ('gone', 'accepted', 'approved', 'uncovered')),
  acceptance integer,
  work_order text,
  work_order_actor text,
  work_order_at integer
) strict;
create index deviation_open on deviation (device, collection) where until is null;
create index deviation_since on deviation (since, id) where until is null;
create index deviation_baseline on deviation (baseline, id);
create index deviation_until on deviation (until) where until is not null;
-- The list of open deviations is read from its newest end, however many have ended.
create index deviation_open_id on deviation (id) where until is null;

create table baseline_state (
  one integer primary key check (one = 1),
  -- Acceptances whose time ended before this were taken out of what is expected.
  lapsed_at integer not null
) strict;

-- One narrow row per device: what lists of devices filter and sort by. Derived (features/devices/row-store.ts) in the
-- transaction of whatever changed; nothing is entered here, and all of it can be made again from the other tables.
create table device_row (
  device integer primary key references device (id) on delete cascade,
  kind text not null,
  state text not null,
  -- Rank of the level of its status; 0 is the worst.
  level integer not null,
  -- Rank of the worst decision about its findings; null: none.
  worst integer,
  -- Below zero, so that the most come first when it rises.
  findings_key integer not null,
  act_key integer not null,
  group_id text,
  -- Folded: lower case in every script.
  name_key text not null,
  group_key text not null,
  os_key text not null,
  address_key text not null,
  -- All addresses, each with a space before it.
  addresses text not null,
  os_search text not null,
  search text not null
) strict;
create index device_row_level on device_row (level, name_key, device);
create index device_row_name on device_row (name_key, device);
create index device_row_group on device_row (group_key, name_key, device);
create index device_row_os on device_row (os_key, name_key, device);
create index device_row_address on device_row (address_key, name_key, device);
create index device_row_findings on device_row (findings_key, name_key, device);
create index device_row_act on device_row (act_key, name_key, device);
-- Devices of a part of the site are counted by status out of it alone.
create index device_row_group_id on device_row (group_id, state, level, kind) where group_id is not null;
create index device_row_state on device_row (state, level, kind);
-- What is searched for a part of is read out of an index alone: a few bytes of each device instead of its row.
create index device_row_search on device_row (search);
create index device_row_addresses on device_row (addresses);
create index device_row_os_search on device_row (os_search);

-- Rises with every change of the catalogue and of what systems follow: what is kept about needed updates is valid for one number.
create table catalog_version (
  one integer primary key check (one = 1),
  version integer not null,
  catalogue_at text -- when the last catalogue came, be it an empty one
) strict;

-- Which component an item of software has under a distribution's release. An item never changes and neither does this, so
-- that a report looks up ids instead of working out names. 0: nothing is ever published about it.
create table item_component (
  item integer not null,
  -- Empty: a device whose release is not known.
  eco text not null,
  component integer not null,
  -- 0: what others report may say another source tomorrow; the devices' own components count.
  settled integer not null,
  primary key (item, eco, component)
) strict, without rowid;
create index item_component_of on item_component (component, item);

-- Items that a device has and is not judged by: kernels that do not run.
create table item_aside (
  item integer not null,
  device integer not null,
  primary key (item, device)
) strict, without rowid;
create index item_aside_device on item_aside (device);

-- What a bulk action on tags changed, so that exactly that can be taken back; kept for a day.
create table tag_change (
  id text primary key,
  at integer not null,
  tag text not null,
  -- 1: the tag was given, 0: it was taken.
  added integer not null,
  -- JSON: public ids.
  devices text not null
) strict, without rowid;

-- Requests to erase a person. The name is kept only while a second person is waited for, under the key that goes with it.
create table person_erasure (
  id text primary key,
  reference text not null,
  state text not null check (state in ('waiting', 'done', 'refused')),
  sealed blob,
  reason text not null,
  asked_by text not null,
  asked_at integer not null,
  decided_by text,
  decided_at integer,
  rows integer not null,
  devices integer not null,
  -- When the oldest of the keys was made that went; backups from then on hold it.
  key_from integer
) strict, without rowid;
create index person_erasure_asked on person_erasure (asked_at);

-- Controllers. Facts are in three tables: who brought them (import_batch), what was reported at one time about one controller
-- (controller_reading) and value by value (controller_fact). Nothing of these is changed by merging or by a better value. All the rest is
-- worked out from them: which record a reading belongs to is the reading's `controller`, and parts, effectiveValues, keys and rows of lists
-- can be made again at any time.
create table controller (
  id integer primary key autoincrement,
  public_id text not null unique,
  state text not null check (state in ('live', 'replaced', 'merged')),
  -- The record that it became part of, or that took its place.
  into_controller integer,
  created_at integer not null,
  -- Idle for so long that it was set aside; null again when it speaks.
  archived_at integer
) strict;

-- Taking and undoing go in steps: an import batch that was cut off on its way is taken back, or its undo is finished.
create table import_batch (
  id integer primary key autoincrement,
  type text not null,
  name text not null,
  sha256 text,
  -- Hash of what makes the same import batch again: the file, or type and name.
  scope blob not null,
  at integer not null,
  actor text not null,
  summary text not null,
  undone_at integer,
  undone_by text,
  state text not null default 'done' check (state in ('taking', 'done', 'undoing'))
) strict;
create index import_batch_scope on import_batch (scope) where undone_at is null;
create index import_batch_type on import_batch (type, id);
create index import_batch_unfinished on import_batch (id) where state <> 'done';

create table controller_reading (
  id integer primary key autoincrement,
  batch integer not null references import_batch (id),
  controller integer not null,
  method text not null,
  source text not null,
  observed_at integer not null,
  confidence real not null,
  place text,
  -- Hash of all its facts, without the time.
  content blob not null,
  -- A person assigned it to this record; keys do not move it.
  pinned integer not null,
  -- Replaced by a newer fact of the same person: shown, never effective.
  ended integer not null default 0
) strict;
create index controller_reading_controller on controller_reading (controller, observed_at);
create index controller_reading_batch on controller_reading (batch, content);

create table controller_fact (
  id integer primary key autoincrement,
  reading integer not null references controller_reading (id) on delete cascade,
  type text not null,
  -- Of the part; '' for the controller itself.
  key text not null,
  field text not null,
  side text not null check (side in ('observed', 'configured')),
  -- Null where there is an error instead.
  value text,
  -- As its reader read it, where the normaliser made something else of it.
  given text,
  raw text,
  error text,
  reason text,
  normaliser integer not null,
  -- Name and version of the map that made a derived value.
  map text
) strict;
create index controller_fact_reading on controller_fact (reading);
create index controller_fact_refused on controller_fact (reading) where error is not null;

create table controller_part (
  id integer primary key autoincrement,
  controller integer not null,
  type text not null,
  key text not null,
  unique (controller, type, key)
) strict;

create table controller_effective (
  part integer not null,
  field text not null,
  side text not null,
  fact integer not null,
  value text not null,
  observed_at integer not null,
  primary key (part, field, side)
) strict, without rowid;
-- Where controllers are.
create index controller_effective_address on controller_effective (value) where field = 'address';

-- What identifies a record, over all its readings; `strength` 0: certain.
create table controller_key (
  kind text not null,
  value text not null,
  controller integer not null,
  strength integer not null,
  primary key (kind, value, controller)
) strict, without rowid;
create index controller_key_controller on controller_key (controller);

-- People's decisions about two records that share a weak key; `one` is the older record.
create table controller_pair (
  one integer not null,
  two integer not null,
  same integer not null,
  at integer not null,
  actor text not null,
  reason text,
  primary key (one, two)
) strict, without rowid;
create index controller_pair_two on controller_pair (two);

-- Confirmed weak keys: what has one belongs to this record, unless its serial number says otherwise.
create table controller_agreed (
  kind text not null,
  value text not null,
  controller integer not null,
  primary key (kind, value, controller)
) strict, without rowid;
create index controller_agreed_controller on controller_agreed (controller);

create table controller_merge (
  id integer primary key autoincrement,
  keep integer not null,
  other integer not null,
  at integer not null,
  actor text not null,
  -- JSON: the readings that came with it, and what else it takes to have two again.
  data text not null,
  undone_at integer,
  undone_by text
) strict;
create index controller_merge_keep on controller_merge (keep, id);
create index controller_merge_other on controller_merge (other, id);

-- How values changed, for people.
create table controller_change (
  id integer primary key autoincrement,
  controller integer not null,
  at integer not null,
  type text not null,
  key text not null,
  field text not null,
  side text not null,
  before text,
  after text,
  -- Null: a decision of people about records, or a map, changed what wins.
  batch integer
) strict;
create index controller_change_controller on controller_change (controller, id);
create index controller_change_at on controller_change (at);

create table controller_row (
  controller integer primary key,
  public_id text not null,
  state text not null,
  decision text not null,
  -- Folded: lower case in every script.
  name_key text not null,
  vendor_key text not null,
  family_key text not null,
  model_key text not null,
  order_key text not null,
  firmware_key text not null,
  address_key text not null,
  zone text not null,
  role text not null,
  -- Best method of an observed, or else a configured, firmware; '' where there is none.
  method text not null,
  missing_firmware integer not null,
  drift integer not null,
  proposals integer not null,
  first_seen integer,
  last_seen integer,
  seen_key integer not null,
  search text not null,
  label text not null,
  -- By field: what was observed, what was configured, and why there is neither. JSON, see ListedValue.
  shown text not null,
  -- The first field in which the two differ, with both; JSON or ''.
  differs text not null,
  modules integer not null
) strict;
create index controller_row_name on controller_row (name_key, controller);
create index controller_row_vendor on controller_row (vendor_key, name_key, controller);
create index controller_row_family on controller_row (family_key, name_key, controller);
create index controller_row_model on controller_row (model_key, name_key, controller);
create index controller_row_order on controller_row (order_key, name_key, controller);
create index controller_row_firmware on controller_row (firmware_key, name_key, controller);
create index controller_row_address on controller_row (address_key, name_key, controller);
create index controller_row_zone on controller_row (zone, name_key, controller);
create index controller_row_seen on controller_row (seen_key, controller);
create index controller_row_drift on controller_row (drift, name_key, controller);
-- Counts and selective filters read this index alone.
create index controller_row_filter on controller_row (state, decision, zone, role, vendor_key, family_key, drift, missing_firmware, method,
  search);

-- Identification of controllers: what was approved and by whom, what ran, and every packet that was sent.
create table identification_approval (
  id integer primary key autoincrement,
  -- Id of the object of kind controller-identification, and the revision that was approved: any change of the object ends it.
  job text not null,
  revision integer not null,
  -- SHA-256 of the plan, and the plan itself: this and nothing else may be sent.
  digest text not null,
  plan text not null,
  -- `type:id` of the account, and JSON: ids of the persons behind it then.
  by text not null,
  persons text not null,
  at integer not null,
  -- Number of the audit entry that vouches for who, when and the digest.
  entry integer not null
) strict;
create index identification_approval_job on identification_approval (job, id);

create table identification_run (
  id integer primary key autoincrement,
  job text not null,
  -- An approval is for one run.
  approval integer not null unique references identification_approval (id),
  state text not null check (state in ('waiting', 'running', 'done', 'stopped', 'anomaly', 'failed')),
  -- Why it ended before its end.
  code text,
  detail text,
  started_at integer not null,
  finished_at integer,
  started_by text not null,
  -- Who stopped it.
  stop_by text,
  -- Null: at the appliance.
  device integer,
  task text unique,
  -- What the readings became.
  batch integer,
  summary text
) strict;
create index identification_run_job on identification_run (job, id);
create index identification_run_open on identification_run (state) where state in ('waiting', 'running');

create table identification_exchange (
  run integer not null references identification_run (id) on delete cascade,
  controller text not null,
  protocol text not null,
  -- Null while it is under way.
  outcome text,
  -- JSON: what was read.
  readings text,
  primary key (run, controller, protocol)
) strict, without rowid;

-- Permits, each for one packet; and what was asked for without an approval.
create table identification_permit (
  id text primary key,
  run integer not null references identification_run (id) on delete cascade,
  controller text not null,
  protocol text not null,
  what text not null,
  kind text not null,
  -- Its place in the approved plan of the exchange.
  place integer not null,
  -- Of the bytes as they leave.
  sha256 text not null,
  at integer not null,
  granted integer not null,
  used integer not null default 0
) strict, without rowid;
create index identification_permit_run on identification_permit (run, controller, protocol);

-- Who has a controller now, by its record and by its address, and when something may last have left to it.
create table identification_hold (
  name text primary key,
  -- Null: free.
  run integer,
  until integer not null,
  last_at integer not null
) strict, without rowid;

create table identification_packet (
  id integer primary key autoincrement,
  run integer not null references identification_run (id) on delete cascade,
  controller text not null,
  protocol text not null,
  attempt integer not null,
  at integer not null,
  kind text not null,
  host text not null,
  port integer not null,
  -- `connect` has no bytes of its own.
  what text not null,
  -- Null where the agent left it out.
  hex text,
  sha256 text not null,
  -- As the runner named it: without one of its own the packet was not approved.
  permit text not null,
  -- JSON: key of a text and its parameters.
  meaning text
) strict;
create index identification_packet_run on identification_packet (run, id);

-- Zones in which nothing is asked any more until a person says so.
create table identification_halt (
  zone text primary key,
  run integer not null,
  at integer not null,
  controller text not null,
  code text not null,
  detail text not null
) strict, without rowid;

-- Findings on controllers: derived from what parts of controllers are and what CSAF documents say of them. A part is
-- matched once for every distinct identity; controllers have findings by what their parts are.
-- By what a product can be found in documents, so that a few changed ones find the parts that they may concern; null: not
-- worked out since the identity came.
create table controller_identity (
  id integer primary key,
  -- What the match looks at, as JSON with its fields in order.
  identity text not null unique,
  -- What answers of people are about: the product, and its firmware with the hardware version.
  product text not null,
  build text not null,
  label text not null,
  vendor text not null,
  family text not null,
  order_number text not null,
  firmware text not null,
  -- How many controllers have a part of it.
  controllers integer not null default 0,
  -- Null: it waits for its match.
  matched_at integer,
  -- Over what the match gave, so that the same result writes nothing.
  digest text not null default '',
  handles text
) strict;
create index controller_identity_product on controller_identity (product, build);
create index controller_identity_waiting on controller_identity (id) where matched_at is null;
create index controller_identity_vendor on controller_identity (vendor);

-- What a part is now, and what the controller is for: both decide.
create table controller_part_identity (
  part integer primary key,
  controller integer not null,
  part_key text not null,
  identity integer not null,
  context integer not null,
  since integer not null
) strict;
create index controller_part_identity_identity on controller_part_identity (identity);
create index controller_part_identity_controller on controller_part_identity (controller);

-- What parts were before.
create table controller_part_identity_log (
  controller integer not null,
  part integer not null,
  identity integer not null,
  since integer not null,
  until integer not null,
  primary key (controller, part, until, identity)
) strict, without rowid;
create index controller_part_identity_log_identity on controller_part_identity_log (identity);

-- The documents that the matches were made with.
create table controller_document (
  id integer primary key,
  key text not null unique,
  adv integer not null,
  digest text not null,
  revision text not null,
  category text not null,
  status text not null,
  publisher text not null,
  title text not null,
  modified text not null,
  gone_at integer
) strict;

-- What each of them speaks of: what a document that changed or went had to do with.
create table controller_document_vulnerability (
  document integer not null,
  vulnerability text not null,
  primary key (document, vulnerability)
) strict, without rowid;

-- What a leaf says, as written: many matches name one.
create table controller_leaf (
  id integer primary key,
  leaf text not null,
  path text not null,
  version_text text not null,
  unique (leaf, path, version_text)
) strict;

create table controller_match (
  identity integer not null,
  vulnerability text not null,
  since integer not null,
  until integer,
  -- What holds: a person's answer where there is one, else what was matched.
  verdict text not null check (verdict in ('affected', 'not-affected', 'review')),
  matched text not null check (matched in ('affected', 'not-affected', 'review')),
  reason text not null,
  level text not null,
  confidence real not null,
  document integer not null,
  leaf integer not null,
  -- JSON: other documents about the same, with what they say.
  others text not null,
  fix_state text not null,
  fixed_version text not null,
  severity text not null,
  score real,
  threat integer not null,
  -- The worst decision over the controllers that have it, as a place in the row of decisions.
  rank integer not null,
  -- Id of the answer in force, and of one that holds no more.
  answer text not null,
  former text not null,
  primary key (identity, vulnerability, since)
) strict, without rowid;
create index controller_match_vulnerability on controller_match (vulnerability, identity) where until is null;
create index controller_match_load on controller_match (identity, verdict, threat) where until is null;
create index controller_match_rank on controller_match (rank, vulnerability, identity) where until is null and verdict <> 'not-affected';

-- What each threat in each context comes to.
create table controller_priority (
  threat integer not null,
  context integer not null,
  rank integer not null,
  primary key (threat, context)
) strict, without rowid;

create table controller_match_state (
  one integer primary key check (one = 1),
  -- The snapshot of advisories that everything was matched with; 0: none.
  snapshot integer not null,
  -- Of the matcher's maps, of the rules of priority and of people's answers about names.
  maps text not null,
  rules text not null,
  synonyms text not null,
  -- An answer was changed other than through the inbox.
  answers_pending integer not null,
  matched_at integer
) strict;

-- Firmware files that were handed to a person, and the outcome reported afterwards.
create table controller_firmware_handover (
  id integer primary key autoincrement,
  controller integer not null,
  part integer not null,
  sha256 text not null,
  version text not null,
  -- The version that was known when the file was handed over.
  version_before text not null,
  checklist text not null,
  handed_at integer not null,
  handed_by text not null,
  -- The engineer says it is done; a reading that is newer than this verifies it, or shows another version.
  done_at integer,
  done_by text,
  outcome text check (outcome in ('verified', 'other-version', 'dropped')),
  outcome_at integer,
  version_after text
) strict;
create index controller_firmware_handover_controller on controller_firmware_handover (controller, id);
create index controller_firmware_handover_open on controller_firmware_handover (part) where outcome is null;

-- The patch process of controllers: patches with their states, what led there, who signed, what the vendor says, the
-- controllers they are for with their checklists, imported lists, files of evidence, evidence packs.
-- An imported list of the vendor's approvals, or a bundle with some.
create table ot_patch_import (
  id integer primary key autoincrement,
  at integer not null,
  actor text not null,
  name text not null,
  sha256 text not null,
  preset text not null,
  rows integer not null,
  changed integer not null,
  undone_at integer,
  undone_by text
) strict;

create table ot_patch (
  id integer primary key autoincrement,
  -- Of site, vendor, product, version and patch id, in one spelling.
  key text not null unique,
  site text not null,
  vendor text not null,
  product text not null,
  product_version text not null,
  patch_id text not null,
  -- The version that it brings, and its file.
  target_version text,
  sha256 text,
  supersedes text,
  vulnerabilities text not null default '[]',
  state text not null,
  verdict text not null,
  -- When the vendor published it, when that became known here, and by which list.
  verdict_on integer,
  verdict_at integer not null,
  verdict_import integer references ot_patch_import (id),
  remarks text,
  overridden_at integer,
  tested_on text,
  fallback text,
  until integer,
  vetoed integer not null default 0,
  -- The planned occurrence of a window.
  window text,
  window_from integer,
  window_until integer,
  published_at integer,
  received_at integer not null,
  evaluated_at integer,
  due_from integer,
  done_at integer,
  -- JSON: extensions of deadlines; missed deadlines with an event.
  extended text not null default '{}',
  overdue_reported text not null default '[]',
  created_at integer not null,
  created_by text not null,
  import integer references ot_patch_import (id)
) strict;
create index ot_patch_state on ot_patch (state, id);
create index ot_patch_until on ot_patch (until) where until is not null;
create index ot_patch_vendor on ot_patch (vendor, product);

-- Who, when, why, with what evidence. Only added to.
-- What was known of the hurry when a patch was moved: JSON; null for moves from before it was kept.
create table ot_patch_move (
  id integer primary key autoincrement,
  patch integer not null references ot_patch (id) on delete cascade,
  at integer not null,
  -- `move`, `verdict`, `expiry`, `extension`, `undo`
  type text not null,
  from_state text not null,
  to_state text not null,
  actor text not null,
  -- JSON: who else signed, in which role.
  signed text not null default '[]',
  reason text not null,
  evidence text not null default '{}',
  import integer references ot_patch_import (id),
  urgency text
) strict;
create index ot_patch_move_patch on ot_patch_move (patch, id);
create index ot_patch_move_at on ot_patch_move (at);

-- A move or extension that waits for signatures.
create table ot_patch_request (
  id integer primary key autoincrement,
  patch integer not null references ot_patch (id) on delete cascade,
  -- `move`, `extension`, `verdict`
  type text not null,
  from_state text not null,
  -- The state, or the clock.
  target text not null,
  asked_at integer not null,
  asked_by text not null,
  -- `account:<id>` of the person; a token acts for one.
  person text not null,
  reason text not null,
  evidence text not null,
  -- JSON: the list and its line that proposes what the vendor says.
  verdict text,
  -- `open`, `done`, `declined`, `void`
  state text not null default 'open',
  closed_at integer
) strict;
create index ot_patch_request_open on ot_patch_request (patch) where state = 'open';

create table ot_patch_signature (
  request integer not null references ot_patch_request (id) on delete cascade,
  person text not null,
  actor text not null,
  at integer not null,
  agrees integer not null,
  comment text not null,
  -- JSON: the roles that the person held.
  roles text not null,
  primary key (request, person)
) strict, without rowid;

-- A controller that a patch is for.
create table ot_patch_target (
  patch integer not null references ot_patch (id) on delete cascade,
  -- Public id of the controller.
  controller text not null,
  added_at integer not null,
  added_by text not null,
  -- Firmware and integrity before and after, as JSON, when it was installed and when it was read again.
  before text,
  after text,
  installed_at integer,
  verified_at integer,
  primary key (patch, controller)
) strict, without rowid;
create index ot_patch_target_controller on ot_patch_target (controller);

-- The checklist before an installation: each item answered by a named person. The newest answer counts, all stay.
create table ot_patch_check (
  id integer primary key autoincrement,
  patch integer not null references ot_patch (id) on delete cascade,
  controller text not null,
  item text not null,
  -- `yes`, `no`, `not-applicable`
  answer text not null,
  note text not null,
  -- A hash in the store, a version: what the item asks for.
  value text,
  actor text not null,
  at integer not null
) strict;
create index ot_patch_check_of on ot_patch_check (patch, controller, item, id);
create index ot_patch_check_at on ot_patch_check (at);

-- What a list changed, so that it can be taken back.
create table ot_patch_import_row (
  import integer not null references ot_patch_import (id) on delete cascade,
  patch integer not null,
  line integer not null,
  -- JSON: the patch before; null: the list made it. The number of its newest move after the list.
  before text,
  after_move integer not null,
  primary key (import, patch)
) strict, without rowid;

-- Files that people attached as evidence; the bytes are in the store.
create table ot_file (
  sha256 text primary key,
  name text not null,
  bytes integer not null,
  at integer not null,
  actor text not null
) strict, without rowid;

-- Evidence packs: three files in the store.
create table ot_evidence (
  id integer primary key autoincrement,
  from_at integer not null,
  to_at integer not null,
  lang text not null,
  created_at integer not null,
  actor text not null,
  json_sha256 text,
  pdf_sha256 text,
  signature_sha256 text,
  rows integer,
  job integer
) strict;

-- Ends of compensating controls and acceptances that have an event.
create table ot_notice (
  object text not null,
  -- `soon`, `over`, with the end that it is about.
  what text not null,
  until integer not null,
  at integer not null,
  primary key (object, what, until)
) strict, without rowid;

-- Whether the programs of controllers are the ones that were approved. What was approved is in objects (controller-program); here is
-- the last result of comparing, how it went before, and what was kept beside a patch.
create table controller_program_state (
  controller integer primary key,
  state text not null check (state in ('ok', 'changed', 'unreachable', 'no-reference')),
  -- Why it is not known: nothing was read, the last attempt failed, or it is too old.
  why text,
  since integer not null,
  checked_at integer not null,
  -- When the program was read last; null: never.
  read_at integer,
  -- Of the approved content that it was compared with.
  reference text,
  -- JSON: what differs.
  differences text not null,
  -- What lists and drawings show, so that they need not read every fact of every controller.
  public_id text not null,
  name text not null,
  zone text,
  health text not null check (health in ('critical', 'warning', 'ok')),
  -- JSON: why it is not as it should be.
  reasons text not null,
  -- Hardening rules that found something, and those that know too little to say.
  found integer not null,
  unknown integer not null
) strict;
-- Counts by state and by zone are read from it alone.
create index controller_program_state_counts on controller_program_state (health, zone, state);

create table controller_program_change (
  id integer primary key autoincrement,
  controller integer not null,
  at integer not null,
  before text,
  after text not null,
  differences text not null
) strict;
create index controller_program_change_controller on controller_program_change (controller, id);

-- The content as it was before and after work on the controller.
create table controller_program_snapshot (
  id integer primary key autoincrement,
  controller integer not null,
  at integer not null,
  actor text not null,
  moment text not null check (moment in ('before', 'after')),
  work_order text not null,
  content text not null,
  content_hash text not null
) strict;
create index controller_program_snapshot_controller on controller_program_snapshot (controller, work_order, id);

-- Files about controllers on their way through the import page; the file itself lies in staging.
create table controller_import_draft (
  id text primary key,
  path text not null,
  name text not null,
  form text not null,
  size_bytes integer not null,
  -- How a table is read, as JSON; null: told from the table.
  csv text,
  mapping text,
  made_by text not null,
  created_at integer not null,
  check_run integer,
  apply_run integer,
  stopped integer not null default 0
) strict;
create index controller_import_draft_by_time on controller_import_draft (created_at);

-- How many findings there are of what parts are now, for lists and the matrix; triggers keep it.
create table controller_match_count (
  verdict text not null,
  rank integer not null,
  severity text not null,
  fix_state text not null,
  n integer not null,
  primary key (verdict, rank, severity, fix_state)
) strict, without rowid;

-- What catalogues of exploitation say of vulnerabilities, as findings on controllers were last matched with it.
create table controller_threat (
  vulnerability text primary key,
  exploited_since text,
  exploited_due text,
  ransomware integer,
  exploitation text,
  automatable text,
  impact text
) strict, without rowid;

-- Findings of controllers that an accepted risk or a compensating control holds back, worked out from these objects, from zones and from
-- what is open. An expired row holds nothing back.
create table controller_held (
  identity integer not null,
  vulnerability text not null,
  controller integer not null,
  kind text not null check (kind in ('risk-acceptance', 'mitigation')),
  measure text not null,
  name text not null,
  until integer not null,
  primary key (identity, vulnerability, controller)
) strict, without rowid;
create index controller_held_controller on controller_held (controller);
create index controller_held_until on controller_held (until);

-- How many devices have a component, by their newest inventories. A table of its own, narrow: a report counts hundreds of
-- them, and beside names, versions and keys each of those was another page to write.
create table component_count (
  id integer primary key references component (id),
  devices integer not null
) strict;
create index component_idle on component_count (id) where devices = 0;

-- Matches at the size of a large fleet: what an advisory says stands once beside them, and what lists and devices ask for is
-- kept per advisory and per component (features/vulnerabilities/rematch-store.ts). All of it is derived.
-- Statistics day by day (features/trends): the last value of a day. No row: not measured on that day; null: nothing to measure.
create table daily_value (
  name  text not null,
  day   text not null,
  value real,
  primary key (name, day)
) strict, without rowid;

create table match (
  component integer not null references component (id),
  adv   integer not null,
  since text    not null,
  until text,
  -- Of MATCH_STATES: affected or for review, with a fix or without.
  state integer not null,
  fixed text,
  primary key (component, adv)
) strict, without rowid;
create index match_adv on match (adv, component, until, state);
create index match_since on match (since, component, adv) where until is null;

-- An advisory with matches: what lists show and filter by, and how many of its open matches are on devices, by state.
create table match_advisory (
  adv      integer primary key,
  osv_id   text    not null,
  feed     text    not null,
  -- Places in SEVERITIES and DECISIONS.
  severity integer not null,
  decision integer not null,
  cvss     text,
  summary  text    not null,
  -- JSON: other names of the same bug.
  aliases  text    not null,
  -- All other names, related ones too: a search finds them.
  names    text    not null,
  -- The decision keeps what it was made from.
  inputs   text    not null,
  affected_fix  integer not null default 0,
  affected_none integer not null default 0,
  review_fix    integer not null default 0,
  review_none   integer not null default 0
) strict;
create index match_advisory_decision on match_advisory (decision, adv);
create index match_advisory_severity on match_advisory (severity, adv);
-- Pages of findings: their counts and the texts that a search looks at are read from indexes alone, and a search looks at each
-- package's name once, not at each of its versions.
create index match_advisory_name on match_advisory (osv_id, adv, summary, names);
create index match_advisory_tally on match_advisory (severity, decision, affected_fix, affected_none, review_fix, review_none);

-- A component with open matches: what one device that has it gets from it. worst and severity are of those that certainly
-- apply; null when all are for review.
create table component_load (
  component    integer primary key,
  findings integer not null,
  affected integer not null,
  act      integer not null,
  attend   integer not null,
  -- That a newer version closes.
  fixable  integer not null,
  worst    integer,
  severity integer
) strict;

-- Orders about one device that install nothing: its own log, files that a security product keeps, another address of the appliance.
create table device_task (
  id text primary key,
  device integer not null,
  kind text not null check (kind in ('show-log', 'kept-file', 'move-server')),
  -- JSON. What is asked for and why may name a person, and so may what came back: encrypted under the task's own key.
  what blob not null,
  reason blob not null,
  output blob,
  state text not null check (state in ('asked', 'queued', 'running', 'completed', 'failed', 'timed-out', 'cancelled')),
  -- Why it failed.
  code text,
  asked_at integer not null,
  -- `type:id` of the actor.
  asked_by text not null,
  confirmed_at integer,
  confirmed_by text,
  ended_at integer,
  -- The task fails past it.
  deadline_at integer not null,
  -- JSON of the groups that its writer reached: it acts on nothing else. Null: the whole site.
  reach text
) strict, without rowid;
create index device_task_of on device_task (device, asked_at);
create index device_task_open on device_task (device, asked_at) where state in ('queued', 'running');
create index device_task_asked on device_task (asked_at);

-- By what numbers of normaliser and maps facts of controllers were worked out last, and the last reading that was; null when
-- all were. Without a row it is unknown, and all are looked at once.
create table controller_derivation (
  one integer primary key check (one = 1),
  rules text not null,
  reached integer
) strict;

-- What updates would close, kept per source package, so that no page adds up a million matches
-- (features/vulnerabilities/fix-store.ts). All of it is derived.
-- A package as advisories name it: its ecosystem with the release, its name. None is removed.
create table source_package (
  id   integer primary key,
  eco  text not null,
  name text not null,
  unique (eco, name)
) strict;
-- Each name of a component once: what is searched for a part of one.
create table package_name (name text primary key) strict, without rowid;

-- A component with open findings that certainly apply and that a newer version closes.
create table component_fix (
  component      integer primary key,
  source     integer not null,
  -- The version that closes them all: the highest that one of them names, its key, null where it has none.
  fixed      text    not null,
  key        blob,
  -- Findings by decision.
  act        integer not null,
  attend     integer not null,
  track_star integer not null,
  track      integer not null,
  -- Those whose fix cannot be compared.
  unkeyed    integer not null,
  -- The worst decision and its worst severity: ten times the place in DECISIONS, and the place in SEVERITIES.
  worst      integer not null
) strict;
create index component_fix_source on component_fix (source, component);

-- The same for all components of a package that devices have.
create table source_fix (
  source     integer primary key,
  fixed      text    not null,
  key        blob,
  act        integer not null,
  attend     integer not null,
  track_star integer not null,
  track      integer not null,
  unkeyed    integer not null,
  worst      integer not null,
  -- That have one of these components, each counted once.
  devices    integer not null
) strict;

-- Devices with open findings, for their number. Derived. Named by `id`, since it is nothing that moves when devices are merged.
create table finding_device (
  id integer primary key
) strict;

-- Which devices need which update of the catalogue (features/updates/need-store.ts), so that no page reads the software of the
-- fleet. All of it is derived.
-- An update that a device needs, by a number; a row goes with the last device.
create table update_need (
  number  integer primary key,
  id      text    not null unique,
  devices integer not null
) strict;

-- What a device needs: rising numbers, a raw array. Named by `id`, since it is nothing that moves when devices are merged.
create table update_need_of (
  id      integer primary key,
  numbers blob    not null
) strict;

-- The devices that need an update.
create table update_device (
  number integer not null,
  id     integer not null,
  primary key (number, id)
) strict, without rowid;

-- The version of the catalogue that it was worked out with.
create table update_need_state (
  one     integer primary key check (one = 1),
  version integer not null
) strict;

-- The triggers, last since they name tables above. Beside them each `shared` collection has one (engine/inventory/table-store.ts).
-- What follows from a change is noted by its writer and derived by derivations.ts; a trigger notes only what no writer can.
-- Counts of matches follow matches and whether any device has their component: statements of a match write thousands of rows
-- whose groups only the database sees.
create trigger controller_match_counted after insert on controller_match when new.until is null begin
  insert into controller_match_count
    select new.verdict, new.rank, new.severity, new.fix_state, 1 from controller_identity
    where id = new.identity and controllers > 0 and new.until is null
    on conflict (verdict, rank, severity, fix_state) do update set n = n + excluded.n;
end;
create trigger controller_match_recounted after update on controller_match
  when old.until is not new.until or old.verdict is not new.verdict or old.rank is not new.rank
    or old.severity is not new.severity or old.fix_state is not new.fix_state begin
  insert into controller_match_count
    select old.verdict, old.rank, old.severity, old.fix_state, -1 from controller_identity
    where id = old.identity and controllers > 0 and old.until is null
    on conflict (verdict, rank, severity, fix_state) do update set n = n + excluded.n;
  insert into controller_match_count
    select new.verdict, new.rank, new.severity, new.fix_state, 1 from controller_identity
    where id = new.identity and controllers > 0 and new.until is null
    on conflict (verdict, rank, severity, fix_state) do update set n = n + excluded.n;
end;
create trigger controller_match_uncounted after delete on controller_match when old.until is null begin
  insert into controller_match_count
    select old.verdict, old.rank, old.severity, old.fix_state, -1 from controller_identity
    where id = old.identity and controllers > 0 and old.until is null
    on conflict (verdict, rank, severity, fix_state) do update set n = n + excluded.n;
end;
create trigger controller_identity_counted after update of controllers on controller_identity
  when (old.controllers > 0) <> (new.controllers > 0) begin
  insert into controller_match_count
    select verdict, rank, severity, fix_state, count(*) * (case when new.controllers > 0 then 1 else -1 end) from controller_match
    where identity = new.id and until is null group by 1, 2, 3, 4
    on conflict (verdict, rank, severity, fix_state) do update set n = n + excluded.n;
end;

-- Notes of the connected side to the people of this site, of the inventory in force.
create table announcement (
  id text primary key,
  severity text not null check (severity in ('info', 'warning', 'critical')),
  published_at text not null,
  ends_at text not null,
  product text,
  versions text,
  -- JSON: title and body by language.
  texts text not null
) strict;
create table announcement_read (
  announcement text not null references announcement (id) on delete cascade,
  account text not null,
  at text not null,
  primary key (announcement, account)
) strict, without rowid;

-- How a person looks at the lists of the console: saved views, and the columns that a list opens with.
create table list_view (
  id integer primary key,
  account text not null,
  -- Path of the page.
  list text not null,
  name text not null,
  -- Filter, sort and columns, as the address has them.
  query text not null,
  at text not null,
  unique (account, list, name)
) strict;
create table list_columns (
  account text not null,
  list text not null,
  -- JSON: names in an address.
  columns text not null,
  primary key (account, list)
) strict, without rowid;

-- Releases of Sallyport that bundles brought, of the inventory in force.
create table staged_release (
  version text primary key,
  sha256 text not null,
  size_bytes integer not null
) strict;

-- First rows.
insert into rule_round (one, after_device, again) values (1, 0, 0);
insert into baseline_state (one, lapsed_at) values (1, 0);
insert into catalog_version (one, version) values (1, 1);
insert into controller_match_state (one, snapshot, maps, rules, synonyms, answers_pending, matched_at) values (1, 0, '', '', '', 0, null);
insert into update_need_state (one, version) values (1, 0);
