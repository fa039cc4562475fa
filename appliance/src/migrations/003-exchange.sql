-- What crosses the gap, what is derived from it (matches, updates) and what is ordered because of it (tasks).

-- One row: the site's side of the exchange. Times are text in the form of the documents, so that they compare as text.
CREATE TABLE exchange_state (
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
  broadcast_allowed INTEGER NOT NULL DEFAULT 0,
  request_number    INTEGER NOT NULL DEFAULT 0,
  snapshot          INTEGER NOT NULL DEFAULT 0,  -- advisories/<n>.db in force, 0 = none
  snapshot_previous INTEGER NOT NULL DEFAULT 0,
  matched           INTEGER NOT NULL DEFAULT 0   -- the snapshot that the matches were made with
) STRICT;

-- TUF metadata as served: 'root', 'timestamp', 'snapshot', 'targets'.
CREATE TABLE trust_metadata (
  role    TEXT    PRIMARY KEY,
  version INTEGER NOT NULL,
  expires TEXT    NOT NULL,
  bytes   BLOB    NOT NULL
) STRICT;

-- Every root since the one that a person compared, for agents that follow the chain.
CREATE TABLE trust_root (
  version INTEGER PRIMARY KEY,
  bytes   BLOB    NOT NULL
) STRICT;

CREATE TABLE site_card (
  number     INTEGER PRIMARY KEY,
  digest     TEXT    NOT NULL,
  created_at TEXT    NOT NULL,
  envelope   BLOB    NOT NULL
) STRICT;

-- A request is open until a flip closes its nonce.
CREATE TABLE request (
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
  closed_by  TEXT                                -- bundle id, 'newer' or 'limit'
) STRICT;
CREATE INDEX request_open ON request (closed_at, number);

-- The journal of imports. 'running' rows of a dead process are closed by recover().
CREATE TABLE bundle_import (
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
CREATE INDEX bundle_import_bundle ON bundle_import (bundle_id, state);
CREATE INDEX bundle_import_state ON bundle_import (state);

-- Hash-chained: prev is the digest of the envelope before.
CREATE TABLE receipt (
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
CREATE INDEX receipt_bundle ON receipt (bundle_id, result);
CREATE INDEX receipt_open ON receipt (acknowledged_at, number);

-- Advisory feeds: the position for the next request and the age of what is known.
CREATE TABLE feed (
  feed        TEXT PRIMARY KEY,
  cursor      TEXT NOT NULL,
  digest      TEXT NOT NULL,
  newest      TEXT,                              -- newest advisory date that is not later than the capture
  imported_at TEXT NOT NULL
) STRICT;

-- The catalogue's updates as signed; doc is the line of updates.jsonl.
CREATE TABLE catalog_update (
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
  in_catalog     INTEGER NOT NULL,               -- 0: a later catalogue no longer lists it
  first_seen_at  TEXT    NOT NULL,
  doc            TEXT    NOT NULL
) STRICT;
CREATE INDEX catalog_update_name ON catalog_update (ecosystem, name, in_catalog);
CREATE INDEX catalog_update_source ON catalog_update (ecosystem, source, source_key);
CREATE TABLE catalog_update_file (
  update_id  TEXT    NOT NULL REFERENCES catalog_update (id) ON DELETE CASCADE,
  position   INTEGER NOT NULL,
  sha256     TEXT    NOT NULL,
  size_bytes INTEGER NOT NULL,
  PRIMARY KEY (update_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX catalog_update_file_sha256 ON catalog_update_file (sha256);

-- What a bundle said it could not bring, until a later bundle or the need itself goes away.
CREATE TABLE unfulfilled (
  kind    TEXT NOT NULL,
  want    TEXT NOT NULL,
  reason  TEXT NOT NULL,
  bundle  TEXT NOT NULL,
  since   TEXT NOT NULL,
  PRIMARY KEY (kind, want)
) STRICT, WITHOUT ROWID;

-- Matching works on distinct coordinates, never per device.
CREATE TABLE coord (
  id      INTEGER PRIMARY KEY,
  eco     TEXT NOT NULL,
  name    TEXT NOT NULL,
  version TEXT NOT NULL,
  key     BLOB,                                  -- NULL: the version cannot be compared
  devices INTEGER NOT NULL DEFAULT 0,            -- how many have it, by their newest inventory
  UNIQUE (eco, name, version)
) STRICT;
CREATE INDEX coord_key ON coord (eco, name, key, id);
-- The coordinates of a device by its newest inventory: sorted ids, packed. The log holds changes only: what came with
-- the first inventory has no row, and was there since `since`.
CREATE TABLE device_coord (
  device INTEGER PRIMARY KEY,
  since  TEXT NOT NULL,
  coords BLOB NOT NULL
) STRICT;
CREATE TABLE device_coord_log (
  device     INTEGER NOT NULL,
  coord      INTEGER NOT NULL REFERENCES coord (id),
  added_at   TEXT    NOT NULL,
  removed_at TEXT,
  PRIMARY KEY (device, coord, added_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX device_coord_log_coord ON device_coord_log (coord, device);
-- adv is the advisory's id in every snapshot (see vulnerabilities/snapshot-schema.ts). The decision keeps its inputs.
CREATE TABLE match (
  coord    INTEGER NOT NULL REFERENCES coord (id),
  adv      INTEGER NOT NULL,
  since    TEXT    NOT NULL,
  until    TEXT,
  verdict  TEXT    NOT NULL CHECK (verdict IN ('affected', 'review')),
  fixed    TEXT,
  severity TEXT    NOT NULL,
  decision TEXT    NOT NULL,
  inputs   TEXT    NOT NULL,
  PRIMARY KEY (coord, adv, since)
) STRICT, WITHOUT ROWID;
CREATE INDEX match_open ON match (until, adv, coord, verdict, severity, decision, fixed, since);

-- One order to one device. The deployment object says what was decided; this says what came of it.
CREATE TABLE task (
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
CREATE INDEX task_device ON task (device, state, queued_at);
CREATE INDEX task_deployment ON task (deployment, state);
CREATE INDEX task_update ON task (update_id, state);
