-- Bundles of several volumes that are not whole yet, and what the store holds that nothing refers to.

CREATE TABLE waiting_bundle (
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

-- What the request said that the site holds: its answer may rely on any of it.
ALTER TABLE request ADD COLUMN have BLOB;

-- Stage one of garbage collection: objects that nothing referred to when they were listed.
CREATE TABLE store_unreferenced (
  sha256     TEXT    PRIMARY KEY,
  size_bytes INTEGER NOT NULL,
  listed_at  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
