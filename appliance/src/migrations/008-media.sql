-- A bundle in several volumes is checked and imported as one: all files of it that lie on the medium, as a JSON list.
-- Empty: the file in `path` alone.
ALTER TABLE import_draft ADD COLUMN paths TEXT NOT NULL DEFAULT '[]';
