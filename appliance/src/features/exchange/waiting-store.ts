import type { Database } from '../../platform/database.ts';

/** A bundle of which volumes are still missing. */
export type WaitingBundle = {
  readonly bundleId: string;
  readonly seq: number;
  readonly requestId?: string;
  readonly volumes: number;
  /** Numbers of the volumes that were not read yet, or not whole. */
  readonly missing: readonly number[];
  /** Of all volumes, and of those that are missing. */
  readonly bytes: number;
  readonly missingBytes: number;
  readonly receipt: number;
  readonly firstSeenAt: string;
  readonly updatedAt: string;
};

type Row = {
  bundle_id: string;
  seq: number;
  request_id: string | null;
  volumes: number;
  missing: string;
  bytes: number;
  missing_bytes: number;
  digests: Buffer;
  fresh: Buffer;
  receipt: number;
  first_seen_at: string;
  updated_at: string;
};

const toWaiting = (row: Row): WaitingBundle => ({
  bundleId: row.bundle_id,
  seq: row.seq,
  ...(row.request_id === null ? {} : { requestId: row.request_id }),
  volumes: row.volumes,
  missing: JSON.parse(row.missing) as number[],
  bytes: row.bytes,
  missingBytes: row.missing_bytes,
  receipt: row.receipt,
  firstSeenAt: row.first_seen_at,
  updatedAt: row.updated_at,
});

/** The table of bundles that wait for volumes. */
export const waitingStore = (db: Database) => {
  const all = db.prepare<[], Row>('SELECT * FROM waiting_bundle ORDER BY first_seen_at, bundle_id');
  const one = db.prepare<[string], Row>('SELECT * FROM waiting_bundle WHERE bundle_id = ?');
  const put = db.prepare(
    `INSERT INTO waiting_bundle (bundle_id, seq, request_id, volumes, missing, bytes, missing_bytes, digests, fresh,
       receipt, first_seen_at, updated_at)
     VALUES (@bundleId, @seq, @requestId, @volumes, @missing, @bytes, @missingBytes, @digests, @fresh, @receipt, @at, @at)
     ON CONFLICT (bundle_id) DO UPDATE SET missing = excluded.missing, missing_bytes = excluded.missing_bytes,
       receipt = excluded.receipt, updated_at = excluded.updated_at`,
  );
  const drop = db.prepare('DELETE FROM waiting_bundle WHERE bundle_id = ?');
  // Answers and broadcasts are counted apart; only an answer has a request.
  const dropAnswers = db.prepare('DELETE FROM waiting_bundle WHERE seq <= ? AND request_id IS NOT NULL');
  const dropBroadcasts = db.prepare('DELETE FROM waiting_bundle WHERE seq <= ? AND request_id IS NULL');
  return {
    all: (): WaitingBundle[] => all.all().map(toWaiting),
    find: (bundleId: string): (WaitingBundle & { fresh: Uint8Array }) | undefined => {
      const row = one.get(bundleId);
      return row && { ...toWaiting(row), fresh: row.fresh };
    },
    /** Packed digests of everything that some waiting bundle needs. */
    digests: (): Uint8Array[] => all.all().map(({ digests }) => digests),
    /** A bundle that is there already keeps what it was first seen with. */
    put: (row: {
      bundleId: string;
      seq: number;
      requestId: string | null;
      volumes: number;
      missing: readonly number[];
      bytes: number;
      missingBytes: number;
      digests: Uint8Array;
      fresh: Uint8Array;
      receipt: number;
      at: string;
    }): void => {
      put.run({ ...row, missing: JSON.stringify(row.missing) });
    },
    drop: (bundleId: string): boolean => drop.run(bundleId).changes > 0,
    /** What a commit to `seq` overtakes can never be imported. */
    dropUpTo: (seq: number, isBroadcast: boolean): void => {
      (isBroadcast ? dropBroadcasts : dropAnswers).run(seq);
    },
  };
};

export type WaitingStore = ReturnType<typeof waitingStore>;
