import type { JournalHead } from '@sallyport/bundle-tools/documents/fields';
import type { Want } from '@sallyport/bundle-tools/documents/request';
import type { Database } from '../../platform/database.ts';
import { overrideStore } from './override-store.ts';
import type { ImportRow, ImportSummary, ReceiptRow, TrustRole, UnfulfilledRow, UnfulfilledWant } from './types.ts';

export type StateRow = {
  site: string;
  name: string;
  seq: number;
  seq_broadcast: number;
  last_bundle: string | null;
  inventory: string | null;
  inventory_previous: string | null;
  /** What the held targets name; agents judge by it. */
  inventory_listed: string | null;
  snapshot_with_previous: number;
  issued_suspect: string | null;
  policy: Buffer | null;
  floor: string;
  request_number: number;
  snapshot: number;
  snapshot_previous: number;
  matched: number;
};

type RequestRow = {
  number: number;
  request_id: string;
  nonce: Buffer;
  digest: string;
  floor: string;
  created_at: string;
  file: string;
  size_bytes: number;
  wants: string;
  last_receipt: number;
  closed_at: string | null;
  closed_by: string | null;
  have: Buffer;
};

type ReceiptRecord = {
  number: number;
  digest: string;
  prev: string | null;
  created_at: string;
  result: ReceiptRow['result'];
  code: string;
  bundle_id: string | null;
  seq: number | null;
  envelope: Buffer;
  acknowledged_at: string | null;
};

type ImportRecord = {
  id: number;
  state: ImportRow['state'];
  started_at: string;
  finished_at: string | null;
  staging: string;
  started_by: string;
  bundle_id: string | null;
  seq: number | null;
  code: string | null;
  message: string | null;
  receipt: number | null;
  summary: string | null;
};

const toImportRow = (row: ImportRecord): ImportRow & { staging: string } => ({
  id: row.id,
  state: row.state,
  startedAt: row.started_at,
  staging: row.staging,
  startedBy: row.started_by,
  ...(row.finished_at === null ? {} : { finishedAt: row.finished_at }),
  ...(row.bundle_id === null ? {} : { bundleId: row.bundle_id }),
  ...(row.seq === null ? {} : { seq: row.seq }),
  ...(row.code === null ? {} : { code: row.code }),
  ...(row.message === null ? {} : { message: row.message }),
  ...(row.receipt === null ? {} : { receipt: row.receipt }),
  ...(row.summary === null ? {} : { summary: JSON.parse(row.summary) as ImportSummary }),
});

const toReceiptRow = (row: ReceiptRecord): ReceiptRow => ({
  number: row.number,
  createdAt: row.created_at,
  result: row.result,
  code: row.code,
  digest: row.digest,
  ...(row.bundle_id === null ? {} : { bundleId: row.bundle_id }),
  ...(row.seq === null ? {} : { seq: row.seq }),
  ...(row.acknowledged_at === null ? {} : { acknowledgedAt: row.acknowledged_at }),
});

/** The tables of the exchange. The floor is never before `releasedAt`. */
export const exchangeStore = (db: Database, releasedAt = '') => {
  const state = db.prepare<[], StateRow>('SELECT * FROM exchange_state WHERE id = 1');
  const insertState = db.prepare('INSERT OR IGNORE INTO exchange_state (id, site, name, floor) VALUES (1, ?, ?, ?)');
  const auditHead = db.prepare<[], { seq: number; hash: Buffer }>(
    'SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1',
  );
  const journalBefore = db.prepare<[number], JournalHead & { number: number }>(
    'SELECT number, journal_entries AS entries, journal_head AS head FROM request ORDER BY number DESC LIMIT ?',
  );
  const metadata = db.prepare<[], { role: TrustRole; version: number; expires: string; bytes: Buffer }>(
    'SELECT role, version, expires, bytes FROM trust_metadata',
  );
  const putMetadata = db.prepare(
    `INSERT INTO trust_metadata (role, version, expires, bytes) VALUES (?, ?, ?, ?)
     ON CONFLICT (role) DO UPDATE SET version = excluded.version, expires = excluded.expires, bytes = excluded.bytes`,
  );
  const putRoot = db.prepare('INSERT INTO trust_root (version, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const dropRoots = db.prepare('DELETE FROM trust_root');
  const root = db.prepare<[number], { bytes: Buffer }>('SELECT bytes FROM trust_root WHERE version = ?');
  const newestCard = db.prepare<[], { number: number; digest: string; envelope: Buffer }>(
    'SELECT number, digest, envelope FROM site_card ORDER BY number DESC LIMIT 1',
  );
  const putCard = db.prepare('INSERT INTO site_card (number, digest, created_at, envelope) VALUES (?, ?, ?, ?)');
  const openRequests = db.prepare<[], RequestRow>('SELECT * FROM request WHERE closed_at IS NULL ORDER BY number');
  const requestById = db.prepare<[string], RequestRow>('SELECT * FROM request WHERE request_id = ?');
  const requestNewest = db.prepare<[], { n: number | null }>('SELECT max(number) AS n FROM request');
  const insertRequest = db.prepare(
    `INSERT INTO request (number, request_id, nonce, digest, floor, created_at, file, size_bytes, wants, last_receipt, written_by, have, journal_entries, journal_head)
     VALUES (@number, @requestId, @nonce, @digest, @floor, @createdAt, @file, @sizeBytes, @wants, @lastReceipt, @writtenBy, @have, @entries, @head)`,
  );
  const setRequestNumber = db.prepare('UPDATE exchange_state SET request_number = ? WHERE id = 1');
  const closeRequests = db.prepare(
    'UPDATE request SET closed_at = ?, closed_by = ? WHERE closed_at IS NULL AND number <= ?',
  );
  const receiptsOpen = db.prepare<[number], ReceiptRecord>(
    'SELECT * FROM receipt WHERE acknowledged_at IS NULL ORDER BY number LIMIT ?',
  );
  const receiptsAll = db.prepare<[number], ReceiptRecord>('SELECT * FROM receipt ORDER BY number LIMIT ?');
  const receiptNewest = db.prepare<[], ReceiptRecord>('SELECT * FROM receipt ORDER BY number DESC LIMIT 1');
  const receiptOne = db.prepare<[number], ReceiptRecord>('SELECT * FROM receipt WHERE number = ?');
  const receiptPage = db.prepare<[number, number], ReceiptRecord>(
    'SELECT * FROM receipt WHERE number < ? ORDER BY number DESC LIMIT ?',
  );
  const receiptCount = db.prepare<[], { n: number }>('SELECT count(*) AS n FROM receipt');
  const insertReceipt = db.prepare(
    `INSERT INTO receipt (number, digest, prev, created_at, result, code, bundle_id, seq, envelope)
     VALUES (@number, @digest, @prev, @createdAt, @result, @code, @bundleId, @seq, @envelope)`,
  );
  const acknowledge = db.prepare(
    'UPDATE receipt SET acknowledged_at = ? WHERE acknowledged_at IS NULL AND number <= ?',
  );
  // A host that went back to a backup of its own names an older one: it gets the later ones again.
  const askedAgain = db.prepare('UPDATE receipt SET acknowledged_at = NULL WHERE number > ?');
  const imported = db.prepare<[], { bundleId: string; receipt: number }>(
    `SELECT bundle_id AS bundleId, number AS receipt FROM receipt
     WHERE result = 'imported' AND bundle_id IS NOT NULL ORDER BY number DESC LIMIT 10000`,
  );
  const importedWith = db.prepare<[string], { number: number }>(
    "SELECT number FROM receipt WHERE bundle_id = ? AND result = 'imported' ORDER BY number DESC LIMIT 1",
  );
  const insertImport = db.prepare(
    "INSERT INTO bundle_import (state, started_at, updated_at, staging, started_by) VALUES ('open', ?, ?, ?, ?)",
  );
  const journal = db.prepare(
    `UPDATE bundle_import SET state = @state, updated_at = @at, bundle_id = coalesce(@bundleId, bundle_id),
       seq = coalesce(@seq, seq), snapshot = coalesce(@snapshot, snapshot), code = coalesce(@code, code),
       message = coalesce(@message, message), receipt = coalesce(@receipt, receipt), summary = coalesce(@summary, summary),
       finished_at = CASE WHEN @state IN ('done', 'refused', 'interrupted') THEN @at ELSE NULL END
     WHERE id = @id`,
  );
  const unfinished = db.prepare<[], ImportRecord>(
    "SELECT * FROM bundle_import WHERE state IN ('open', 'verified', 'stored', 'built', 'flipped') ORDER BY id",
  );
  const importPage = db.prepare<[number, number], ImportRecord>(
    'SELECT * FROM bundle_import WHERE id < ? ORDER BY id DESC LIMIT ?',
  );
  const importOne = db.prepare<[number], ImportRecord>('SELECT * FROM bundle_import WHERE id = ?');
  const feeds = db.prepare<
    [],
    { feed: string; cursor: string; newest: string | null; imported_at: string; gone_since: string | null }
  >('SELECT feed, cursor, newest, imported_at, gone_since FROM feed ORDER BY feed');
  const feedBack = db.prepare(
    'UPDATE feed SET gone_since = NULL WHERE gone_since IS NOT NULL AND feed IN (SELECT value FROM json_each(?))',
  );
  const feedGone = db
    .prepare<[string, string], string>(
      `UPDATE feed SET gone_since = ? WHERE gone_since IS NULL AND feed NOT IN (SELECT value FROM json_each(?))
       RETURNING feed`,
    )
    .pluck();
  const putFeed = db.prepare(
    `INSERT INTO feed (feed, cursor, digest, newest, imported_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (feed) DO UPDATE SET cursor = excluded.cursor, digest = excluded.digest, newest = excluded.newest,
       imported_at = excluded.imported_at`,
  );
  const seeFeed = db.prepare('UPDATE feed SET imported_at = ? WHERE feed = ?');
  const unfulfilledAll = db.prepare<[], UnfulfilledRow>(
    'SELECT kind, want, reason, since FROM unfulfilled ORDER BY kind, want, reason',
  );
  const clearUnfulfilled = db.prepare('DELETE FROM unfulfilled');
  const putUnfulfilled = db.prepare(
    'INSERT OR REPLACE INTO unfulfilled (kind, want, reason, bundle, since) VALUES (?, ?, ?, ?, ?)',
  );
  const commit = db.prepare(
    `UPDATE exchange_state SET seq = @seq, seq_broadcast = @seqBroadcast, last_bundle = @lastBundle,
       inventory_previous = CASE WHEN inventory IS @inventory THEN inventory_previous ELSE inventory END,
       snapshot_with_previous = CASE WHEN inventory IS @inventory THEN snapshot_with_previous ELSE snapshot END,
       inventory = @inventory, inventory_listed = @inventory, policy = @policy, floor = max(floor, @floor),
       snapshot_previous = CASE WHEN snapshot = @snapshot THEN snapshot_previous ELSE snapshot END, snapshot = @snapshot
     WHERE id = 1`,
  );
  const raiseFloor = db.prepare('UPDATE exchange_state SET floor = max(floor, ?) WHERE id = 1');
  const setIssuedSuspect = db.prepare('UPDATE exchange_state SET issued_suspect = ? WHERE id = 1');
  const revert = db.prepare(
    `UPDATE exchange_state SET inventory = inventory_previous, inventory_previous = inventory,
       snapshot = @snapshot, snapshot_previous = @snapshotPrevious, snapshot_with_previous = snapshot
     WHERE id = 1 AND inventory_previous IS NOT NULL`,
  );
  const dropFeed = db.prepare('DELETE FROM feed WHERE feed = ?');

  return {
    /** The head of the audit chain: requests and receipts carry it, so that the host sees it go back. */
    journalHead: (): JournalHead => {
      const last = auditHead.get();
      return last === undefined
        ? { entries: 0, head: '0'.repeat(64) }
        : { entries: last.seq, head: last.hash.toString('hex') };
    },
    /** Its entries in the last requests, the newest first. */
    journalBefore: (limit: number): (JournalHead & { number: number })[] => journalBefore.all(limit),
    state: (): StateRow | undefined => {
      const row = state.get();
      return row && { ...row, floor: row.floor < releasedAt ? releasedAt : row.floor };
    },
    initialise: (site: string, name: string, floor: string): void => {
      insertState.run(site, name, floor);
    },
    metadata: () => new Map(metadata.all().map((row) => [row.role, row])),
    putMetadata: (role: TrustRole, version: number, expires: string, bytes: Uint8Array): void => {
      putMetadata.run(role, version, expires, bytes);
    },
    dropRoots: (): void => {
      dropRoots.run();
    },
    putRoot: (version: number, bytes: Uint8Array): void => {
      putRoot.run(version, bytes);
    },
    root: (version: number): Uint8Array | undefined => root.get(version)?.bytes,
    card: () => newestCard.get(),
    putCard: (number: number, digest: string, at: string, envelope: Uint8Array): void => {
      putCard.run(number, digest, at, envelope);
    },
    openRequests: () => openRequests.all(),
    requestNewest: () => requestNewest.get()?.n ?? 0,
    request: (requestId: string) => requestById.get(requestId),
    insertRequest: (row: {
      number: number;
      requestId: string;
      nonce: Uint8Array;
      digest: string;
      floor: string;
      createdAt: string;
      file: string;
      sizeBytes: number;
      wants: readonly Want[];
      lastReceipt: number;
      writtenBy: string;
      have: Uint8Array;
      journal: JournalHead;
    }): void => {
      const { journal: head, ...rest } = row;
      insertRequest.run({ ...rest, entries: head.entries, head: head.head, wants: JSON.stringify(row.wants) });
      setRequestNumber.run(row.number);
    },
    /** Closes a request and every older one. */
    closeRequests: (upTo: number, by: string, at: string): void => {
      closeRequests.run(at, by, upTo);
    },
    receiptsOpen: (limit: number) => receiptsOpen.all(limit),
    receiptsAll: (limit: number) => receiptsAll.all(limit),
    receiptNewest: () => receiptNewest.get(),
    receipt: (number: number): (ReceiptRow & { prev: string | null; envelope: Uint8Array }) | undefined => {
      const row = receiptOne.get(number);
      return row && { ...toReceiptRow(row), prev: row.prev, envelope: row.envelope };
    },
    receipts: (before: number, limit: number) => receiptPage.all(before, limit).map(toReceiptRow),
    /** The receipt of the import of a bundle. */
    importedWith: (bundleId: string): number | undefined => importedWith.get(bundleId)?.number,
    receiptCount: () => receiptCount.get()?.n ?? 0,
    insertReceipt: (row: {
      number: number;
      digest: string;
      prev: string | null;
      createdAt: string;
      result: ReceiptRow['result'];
      code: string;
      bundleId: string | null;
      seq: number | null;
      envelope: Uint8Array;
    }): void => {
      insertReceipt.run(row);
    },
    acknowledge: (upTo: number, at: string): void => {
      acknowledge.run(at, upTo);
      askedAgain.run(upTo);
    },
    imported: () => imported.all().map(({ bundleId, receipt }) => ({ bundleId, receipt: String(receipt) })),
    startImport: (staging: string, by: string, at: string): number =>
      Number(insertImport.run(at, at, staging, by).lastInsertRowid),
    journal: (
      id: number,
      row: {
        state: ImportRow['state'];
        at: string;
        bundleId?: string;
        seq?: number;
        snapshot?: number;
        code?: string;
        message?: string;
        receipt?: number;
        summary?: ImportSummary;
      },
    ): void => {
      journal.run({
        id,
        bundleId: null,
        seq: null,
        snapshot: null,
        code: null,
        message: null,
        receipt: null,
        ...row,
        summary: row.summary === undefined ? null : JSON.stringify(row.summary),
      });
    },
    unfinished: () => unfinished.all().map(toImportRow),
    imports: (before: number, limit: number) => importPage.all(before, limit).map(toImportRow),
    import: (id: number) => {
      const row = importOne.get(id);
      return row && toImportRow(row);
    },
    feeds: () => feeds.all(),
    putFeed: (feed: string, cursor: string, digest: string, newest: string | null, at: string): void => {
      putFeed.run(feed, cursor, digest, newest, at);
    },
    /** A bundle confirmed that the feed is at its head. */
    seeFeed: (feed: string, at: string): void => {
      seeFeed.run(at, feed);
    },
    /** The feeds that the catalogue in force has; those that it no longer has, for the first time. Their records are kept. */
    noteFeeds: (named: readonly string[], at: string): string[] => {
      feedBack.run(JSON.stringify(named));
      return feedGone.all(at, JSON.stringify(named));
    },
    /** What the last answer could not bring. */
    unfulfilled: (): UnfulfilledRow[] => unfulfilledAll.all(),
    replaceUnfulfilled: (rows: readonly UnfulfilledWant[], bundle: string, at: string): void => {
      const keyOf = ({ kind, want, reason }: UnfulfilledWant): string => JSON.stringify([kind, want, reason]);
      const before = new Map(unfulfilledAll.all().map((row) => [keyOf(row), row.since]));
      clearUnfulfilled.run();
      for (const row of rows) putUnfulfilled.run(row.kind, row.want, row.reason, bundle, before.get(keyOf(row)) ?? at);
    },
    commit: (row: {
      seq: number;
      seqBroadcast: number;
      lastBundle: string | null;
      inventory: string;
      policy: Uint8Array;
      floor: string;
      snapshot: number;
    }): void => {
      commit.run(row);
    },
    raiseFloor: (floor: string): void => {
      raiseFloor.run(floor);
    },
    setIssuedSuspect: (issuedAt: string | null): void => {
      setIssuedSuspect.run(issuedAt);
    },
    /** Swaps the inventory in force with the one before. */
    revert: (snapshot: number, snapshotPrevious: number): void => {
      revert.run({ snapshot, snapshotPrevious });
    },
    dropFeed: (feed: string): void => {
      dropFeed.run(feed);
    },
    ...overrideStore(db),
  };
};

export type ExchangeStore = ReturnType<typeof exchangeStore>;
