import type { ReceiptPredicate } from '@sallyport/bundle-tools/documents/receipt';
import type { Database } from '../../platform/database.ts';

// Read model of receipts. Reads task (deployments).

const MAX_APPLIED = 10_000;

/** What orders came to since a time, per update, for the next receipt: counts and codes, nothing about devices. */
export const appliedQueries = (db: Database) => {
  const applied = db.prepare<
    { since: string; limit: number },
    { update: string; done: number; failed: number; waiting: number; reasons: string }
  >(
    `SELECT update_id AS "update",
       sum(state IN ('installed', 'verified') AND finished_at > @since) AS done,
       sum(state = 'failed' AND finished_at > @since) AS failed,
       sum(state IN ('queued', 'running')) AS waiting,
       json_group_array(DISTINCT reason) FILTER (WHERE state = 'failed' AND finished_at > @since AND reason IS NOT NULL) AS reasons
     FROM task GROUP BY update_id HAVING done + failed + waiting > 0 ORDER BY update_id LIMIT @limit`,
  );
  return {
    applied: (since: string | undefined): ReceiptPredicate['applied'] =>
      applied.all({ since: since ?? '', limit: MAX_APPLIED }).map(({ reasons, ...row }) => ({
        ...row,
        reasons: (JSON.parse(reasons) as string[]).slice(0, 100),
      })),
  };
};
