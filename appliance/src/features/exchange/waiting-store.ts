import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';

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

type Row = Omit<WaitingBundle, 'requestId' | 'missing'> & {
  requestId: string | null;
  missing: string;
  digests: Buffer;
  fresh: Buffer;
};
const columns = `bundle_id as bundleId, seq, request_id as requestId, volumes, missing, bytes, missing_bytes as missingBytes,
  digests, fresh, receipt, first_seen_at as firstSeenAt, updated_at as updatedAt`;

const toWaiting = ({ requestId, missing, digests: _digests, fresh: _fresh, ...row }: Row): WaitingBundle => ({
  ...row,
  ...(requestId === null ? {} : { requestId }),
  missing: JSON.parse(missing) as number[],
});

/** The table of bundles that wait for volumes. */
export const waitingStore = (db: Database) => {
  const sql = statements(db);
  const all = sql.all<[], Row>(`SELECT ${columns} FROM waiting_bundle ORDER BY first_seen_at, bundle_id`);
  const one = sql.get<[string], Row>(`SELECT ${columns} FROM waiting_bundle WHERE bundle_id = ?`);
  const put = sql.run(
    `INSERT INTO waiting_bundle (bundle_id, seq, request_id, volumes, missing, bytes, missing_bytes, digests, fresh,
       receipt, first_seen_at, updated_at)
     VALUES (@bundleId, @seq, @requestId, @volumes, @missing, @bytes, @missingBytes, @digests, @fresh, @receipt, @at, @at)
     ON CONFLICT (bundle_id) DO UPDATE SET missing = excluded.missing, missing_bytes = excluded.missing_bytes,
       receipt = excluded.receipt, updated_at = excluded.updated_at`,
  );
  // Answers and broadcasts are counted apart; only an answer has a request.
  const dropAnswers = db.prepare('DELETE FROM waiting_bundle WHERE seq <= ? AND request_id IS NOT NULL');
  const dropBroadcasts = db.prepare('DELETE FROM waiting_bundle WHERE seq <= ? AND request_id IS NULL');
  return {
    all: (): WaitingBundle[] => all().map(toWaiting),
    find: (bundleId: string): (WaitingBundle & { fresh: Uint8Array }) | undefined => {
      const row = one(bundleId);
      return row && { ...toWaiting(row), fresh: row.fresh };
    },
    /** Packed digests of everything that some waiting bundle needs. */
    digests: (): Uint8Array[] => all().map(({ digests }) => digests),
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
      put({ ...row, missing: JSON.stringify(row.missing) });
    },
    drop: sql.did<[bundleId: string]>('DELETE FROM waiting_bundle WHERE bundle_id = ?'),
    /** What a commit to `seq` overtakes can never be imported. */
    dropUpTo: (seq: number, isBroadcast: boolean): void => {
      (isBroadcast ? dropBroadcasts : dropAnswers).run(seq);
    },
  };
};

export type WaitingStore = ReturnType<typeof waitingStore>;
