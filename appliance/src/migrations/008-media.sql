-- A bundle in several volumes is checked and imported as one: all files of it that lie on the medium, as a JSON list.
-- Empty: the file in `path` alone.
ALTER TABLE import_draft ADD COLUMN paths TEXT NOT NULL DEFAULT '[]';

-- Objects in which an antivirus found nothing. What an interrupted import left in the store is not here, so it is looked at
-- before it can come into force.
CREATE TABLE scanned_object (
  sha256 TEXT PRIMARY KEY,
  engine TEXT NOT NULL,
  definitions_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
