import type { JournalHead } from '@sallyport/bundle-tools/documents/fields';
import type { Want } from '@sallyport/bundle-tools/documents/request';
import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
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
  /** `issued_at` of the last bundle that raised the floor. */
  signed_at: string | null;
  /** What waits for a second person (clock-back.ts). */
  clock_back: string | null;
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
  const sql = statements(db);
  const state = sql.get<[], StateRow>('SELECT * FROM exchange_state WHERE id = 1');
  const auditHead = sql.get<[], { seq: number; hash: Buffer }>('SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1');
  const metadata = sql.all<[], { role: TrustRole; version: number; expires: string; bytes: Buffer }>(
    'SELECT role, version, expires, bytes FROM trust_metadata',
  );
  const insertRequest = sql.run(
    `INSERT INTO request (number, request_id, nonce, digest, floor, created_at, file, size_bytes, wants, last_receipt, written_by, have, journal_entries, journal_head)
     VALUES (@number, @requestId, @nonce, @digest, @floor, @createdAt, @file, @sizeBytes, @wants, @lastReceipt, @writtenBy, @have, @entries, @head)`,
  );
  const setRequestNumber = sql.run('UPDATE exchange_state SET request_number = ? WHERE id = 1');
  const receiptOne = sql.get<[number], ReceiptRecord>('SELECT * FROM receipt WHERE number = ?');
  const acknowledge = sql.run('UPDATE receipt SET acknowledged_at = ? WHERE acknowledged_at IS NULL AND number <= ?');
  // A host that went back to a backup of its own names an older one: it gets the later ones again.
  const askedAgain = sql.run('UPDATE receipt SET acknowledged_at = NULL WHERE number > ?');
  const imported = sql.all<[], { bundleId: string; receipt: number }>(
    `SELECT bundle_id AS bundleId, number AS receipt FROM receipt
     WHERE result = 'imported' AND bundle_id IS NOT NULL ORDER BY number DESC LIMIT 10000`,
  );
  const journal = sql.run(
    `UPDATE bundle_import SET state = @state, updated_at = @at, bundle_id = coalesce(@bundleId, bundle_id),
       seq = coalesce(@seq, seq), snapshot = coalesce(@snapshot, snapshot), code = coalesce(@code, code),
       message = coalesce(@message, message), receipt = coalesce(@receipt, receipt), summary = coalesce(@summary, summary),
       finished_at = CASE WHEN @state IN ('done', 'refused', 'interrupted') THEN @at ELSE NULL END
     WHERE id = @id`,
  );
  const feedBack = sql.run(
    'UPDATE feed SET gone_since = NULL WHERE gone_since IS NOT NULL AND feed IN (SELECT value FROM json_each(?))',
  );
  const feedGone = sql.values<[string, string], string>(
    `UPDATE feed SET gone_since = ? WHERE gone_since IS NULL AND feed NOT IN (SELECT value FROM json_each(?))
       RETURNING feed`,
  );
  const unfulfilledAll = sql.all<[], UnfulfilledRow>(
    'SELECT kind, want, reason, since FROM unfulfilled ORDER BY kind, want, reason',
  );
  const clearUnfulfilled = sql.run('DELETE FROM unfulfilled');
  const putUnfulfilled = sql.run(
    'INSERT OR REPLACE INTO unfulfilled (kind, want, reason, bundle, since) VALUES (?, ?, ?, ?, ?)',
  );

  return {
    /** The head of the audit chain: requests and receipts carry it, so that the host sees it go back. */
    journalHead: (): JournalHead => {
      const last = auditHead();
      return last === undefined
        ? { entries: 0, head: '0'.repeat(64) }
        : { entries: last.seq, head: last.hash.toString('hex') };
    },
    /** Its entries in the last requests, the newest first. */
    journalBefore: sql.all<[limit: number], JournalHead & { number: number }>(
      'SELECT number, journal_entries AS entries, journal_head AS head FROM request ORDER BY number DESC LIMIT ?',
    ),
    state: (): StateRow | undefined => {
      const row = state();
      return row && { ...row, floor: row.floor < releasedAt ? releasedAt : row.floor };
    },
    initialise: sql.run<[site: string, name: string, floor: string]>(
      'INSERT OR IGNORE INTO exchange_state (id, site, name, floor) VALUES (1, ?, ?, ?)',
    ),
    metadata: () => new Map(metadata().map((row) => [row.role, row])),
    putMetadata: sql.run<[role: TrustRole, version: number, expires: string, bytes: Uint8Array]>(
      `INSERT INTO trust_metadata (role, version, expires, bytes) VALUES (?, ?, ?, ?)
     ON CONFLICT (role) DO UPDATE SET version = excluded.version, expires = excluded.expires, bytes = excluded.bytes`,
    ),
    dropRoots: sql.run<[]>('DELETE FROM trust_root'),
    putRoot: sql.run<[version: number, bytes: Uint8Array]>(
      'INSERT INTO trust_root (version, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING',
    ),
    root: sql.value<[version: number], Buffer>('SELECT bytes FROM trust_root WHERE version = ?'),
    card: sql.get<[], { number: number; digest: string; envelope: Buffer }>(
      'SELECT number, digest, envelope FROM site_card ORDER BY number DESC LIMIT 1',
    ),
    putCard: sql.run<[number: number, digest: string, at: string, envelope: Uint8Array]>(
      'INSERT INTO site_card (number, digest, created_at, envelope) VALUES (?, ?, ?, ?)',
    ),
    openRequests: sql.all<[], RequestRow>('SELECT * FROM request WHERE closed_at IS NULL ORDER BY number'),
    requestNewest: sql.count<[]>('SELECT max(number) AS n FROM request'),
    request: sql.get<[requestId: string], RequestRow>('SELECT * FROM request WHERE request_id = ?'),
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
      insertRequest({ ...rest, entries: head.entries, head: head.head, wants: JSON.stringify(row.wants) });
      setRequestNumber(row.number);
    },
    /** Closes a request and every older one. */
    closeRequests: sql.run<[upTo: number, by: string, at: string]>(
      'UPDATE request SET closed_at = ?3, closed_by = ?2 WHERE closed_at IS NULL AND number <= ?1',
    ),
    /** Closes requests whose floor is later: no host could answer them. */
    closeRequestsAbove: sql.run<[floor: string, by: string, at: string]>(
      'UPDATE request SET closed_at = ?3, closed_by = ?2 WHERE closed_at IS NULL AND floor > ?1',
    ),
    receiptsOpen: sql.all<[limit: number], ReceiptRecord>(
      'SELECT * FROM receipt WHERE acknowledged_at IS NULL ORDER BY number LIMIT ?',
    ),
    receiptsAll: sql.all<[limit: number], ReceiptRecord>('SELECT * FROM receipt ORDER BY number LIMIT ?'),
    receiptNewest: sql.get<[], ReceiptRecord>('SELECT * FROM receipt ORDER BY number DESC LIMIT 1'),
    receipt: (number: number): (ReceiptRow & { prev: string | null; envelope: Uint8Array }) | undefined => {
      const row = receiptOne(number);
      return row && { ...toReceiptRow(row), prev: row.prev, envelope: row.envelope };
    },
    receipts: sql.all<[before: number, limit: number], ReceiptRecord, ReceiptRow>(
      'SELECT * FROM receipt WHERE number < ? ORDER BY number DESC LIMIT ?',
      toReceiptRow,
    ),
    /** The receipt of the import of a bundle. */
    importedWith: sql.value<[bundleId: string], number>(
      "SELECT number FROM receipt WHERE bundle_id = ? AND result = 'imported' ORDER BY number DESC LIMIT 1",
    ),
    receiptCount: sql.count<[]>('SELECT count(*) AS n FROM receipt'),
    insertReceipt: sql.run<
      [
        row: {
          number: number;
          digest: string;
          prev: string | null;
          createdAt: string;
          result: ReceiptRow['result'];
          code: string;
          bundleId: string | null;
          seq: number | null;
          envelope: Uint8Array;
        },
      ]
    >(
      `INSERT INTO receipt (number, digest, prev, created_at, result, code, bundle_id, seq, envelope)
     VALUES (@number, @digest, @prev, @createdAt, @result, @code, @bundleId, @seq, @envelope)`,
    ),
    acknowledge: (upTo: number, at: string): void => {
      acknowledge(at, upTo);
      askedAgain(upTo);
    },
    imported: () => imported().map(({ bundleId, receipt }) => ({ bundleId, receipt: String(receipt) })),
    startImport: sql.insert<[staging: string, by: string, at: string]>(
      "INSERT INTO bundle_import (state, started_at, updated_at, staging, started_by) VALUES ('open', ?3, ?3, ?1, ?2)",
    ),
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
      journal({
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
    unfinished: sql.all<[], ImportRecord, ImportRow & { staging: string }>(
      "SELECT * FROM bundle_import WHERE state IN ('open', 'verified', 'stored', 'built', 'flipped') ORDER BY id",
      toImportRow,
    ),
    imports: sql.all<[before: number, limit: number], ImportRecord, ImportRow & { staging: string }>(
      'SELECT * FROM bundle_import WHERE id < ? ORDER BY id DESC LIMIT ?',
      toImportRow,
    ),
    import: sql.get<[id: number], ImportRecord, ImportRow & { staging: string }>(
      'SELECT * FROM bundle_import WHERE id = ?',
      toImportRow,
    ),
    feeds: sql.all<
      [],
      { feed: string; cursor: string; newest: string | null; imported_at: string; gone_since: string | null }
    >('SELECT feed, cursor, newest, imported_at, gone_since FROM feed ORDER BY feed'),
    putFeed: sql.run<[feed: string, cursor: string, digest: string, newest: string | null, at: string]>(
      `INSERT INTO feed (feed, cursor, digest, newest, imported_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (feed) DO UPDATE SET cursor = excluded.cursor, digest = excluded.digest, newest = excluded.newest,
       imported_at = excluded.imported_at`,
    ),
    /** A bundle confirmed that the feed is at its head. */
    seeFeed: sql.run<[feed: string, at: string]>('UPDATE feed SET imported_at = ?2 WHERE feed = ?1'),
    /** The feeds that the catalogue in force has; those that it no longer has, for the first time. Their records are kept. */
    noteFeeds: (named: readonly string[], at: string): string[] => {
      feedBack(JSON.stringify(named));
      return feedGone(at, JSON.stringify(named));
    },
    /** What the last answer could not bring. */
    unfulfilled: (): UnfulfilledRow[] => unfulfilledAll(),
    replaceUnfulfilled: (rows: readonly UnfulfilledWant[], bundle: string, at: string): void => {
      const keyOf = ({ kind, want, reason }: UnfulfilledWant): string => JSON.stringify([kind, want, reason]);
      const before = new Map(unfulfilledAll().map((row) => [keyOf(row), row.since]));
      clearUnfulfilled();
      for (const row of rows) putUnfulfilled(row.kind, row.want, row.reason, bundle, before.get(keyOf(row)) ?? at);
    },
    commit: sql.run<
      [
        row: {
          seq: number;
          seqBroadcast: number;
          lastBundle: string | null;
          inventory: string;
          policy: Uint8Array;
          floor: string;
          signed: string | null;
          snapshot: number;
        },
      ]
    >(
      `UPDATE exchange_state SET seq = @seq, seq_broadcast = @seqBroadcast, last_bundle = @lastBundle,
       inventory_previous = CASE WHEN inventory IS @inventory THEN inventory_previous ELSE inventory END,
       snapshot_with_previous = CASE WHEN inventory IS @inventory THEN snapshot_with_previous ELSE snapshot END,
       inventory = @inventory, inventory_listed = @inventory, policy = @policy, floor = max(floor, @floor),
       signed_at = coalesce(max(signed_at, @signed), signed_at, @signed),
       snapshot_previous = CASE WHEN snapshot = @snapshot THEN snapshot_previous ELSE snapshot END, snapshot = @snapshot
     WHERE id = 1`,
    ),
    setSigned: sql.run<[issuedAt: string]>(
      'UPDATE exchange_state SET signed_at = max(coalesce(signed_at, ?1), ?1) WHERE id = 1',
    ),
    setClockBack: sql.run<[request: string | null]>('UPDATE exchange_state SET clock_back = ? WHERE id = 1'),
    setIssuedSuspect: sql.run<[issuedAt: string | null]>('UPDATE exchange_state SET issued_suspect = ? WHERE id = 1'),
    /** Swaps the inventory in force with the one before. */
    revert: sql.run<[snapshot: number, snapshotPrevious: number]>(
      `UPDATE exchange_state SET inventory = inventory_previous, inventory_previous = inventory,
       snapshot = ?1, snapshot_previous = ?2, snapshot_with_previous = snapshot
     WHERE id = 1 AND inventory_previous IS NOT NULL`,
    ),
    dropFeed: sql.run<[feed: string]>('DELETE FROM feed WHERE feed = ?'),
    ...overrideStore(db),
  };
};

export type ExchangeStore = ReturnType<typeof exchangeStore>;
