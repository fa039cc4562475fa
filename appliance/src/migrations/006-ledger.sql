-- What time decides, what operators override, and what receipts have told.

-- A setting of the site decides about broadcasts now.
ALTER TABLE exchange_state DROP COLUMN broadcast_allowed;
-- The inventory that the held targets name: agents judge by it, also after the site went back one inventory.
ALTER TABLE exchange_state ADD COLUMN inventory_listed TEXT;
UPDATE exchange_state SET inventory_listed = inventory;
-- The snapshot that was in force with inventory_previous.
ALTER TABLE exchange_state ADD COLUMN snapshot_with_previous INTEGER NOT NULL DEFAULT 0;
UPDATE exchange_state SET snapshot_with_previous = snapshot_previous;
-- issued_at of the last accepted bundle, while it is too far ahead to count for the floor.
ALTER TABLE exchange_state ADD COLUMN issued_suspect TEXT;

-- What an operator decided against the rule; the next receipt tells it.
CREATE TABLE override (
  id       INTEGER PRIMARY KEY,
  at       TEXT    NOT NULL,
  code     TEXT    NOT NULL,
  reason   TEXT    NOT NULL,
  operator INTEGER NOT NULL,
  receipt  INTEGER                               -- the receipt that told it
) STRICT;
CREATE INDEX override_open ON override (receipt, id);

-- Objects that a refused bundle relied on and that are not here: the next request asks for them.
CREATE TABLE missing_object (
  sha256 TEXT PRIMARY KEY,
  since  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Orders whose end a receipt has told, so that none is told twice or not at all, whatever the clock did.
CREATE TABLE receipt_task (
  task    TEXT    PRIMARY KEY,
  failed  INTEGER NOT NULL,
  receipt INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO receipt_task (task, failed, receipt)
  SELECT task.id, task.state = 'failed', newest.number
  FROM task, (SELECT number, created_at FROM receipt ORDER BY number DESC LIMIT 1) AS newest
  WHERE task.state IN ('installed', 'verified', 'failed') AND task.finished_at <= newest.created_at;
