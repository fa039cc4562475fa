import type { ReceiptPredicate } from '@sallyport/bundle-tools/documents/receipt';
import type { Database } from '../../platform/database.ts';

// Read model of receipts. Reads task (deployments); what was told is kept in receipt_task.

const MAX_APPLIED = 10_000;

// An order that failed and was seen to be installed later is told once more.
const IS_NEW = "(told.task IS NULL OR (told.failed = 1 AND task.state <> 'failed'))";
const IS_OVER = "task.state IN ('installed', 'verified', 'failed')";

/** What orders came to since the last receipt, per update: counts and codes, nothing about devices. */
export const appliedQueries = (db: Database) => {
  const applied = db.prepare<
    { limit: number },
    { update: string; done: number; failed: number; waiting: number; reasons: string }
  >(
    `SELECT task.update_id AS "update",
       sum(task.state IN ('installed', 'verified') AND ${IS_NEW}) AS done,
       sum(task.state = 'failed' AND told.task IS NULL) AS failed,
       sum(task.state IN ('queued', 'running')) AS waiting,
       json_group_array(DISTINCT task.reason)
         FILTER (WHERE task.state = 'failed' AND told.task IS NULL AND task.reason IS NOT NULL) AS reasons
     FROM task LEFT JOIN receipt_task AS told ON told.task = task.id
     GROUP BY task.update_id HAVING done + failed + waiting > 0 ORDER BY task.update_id LIMIT @limit`,
  );
  const tell = db.prepare(
    `INSERT OR REPLACE INTO receipt_task (task, failed, receipt)
     SELECT task.id, task.state = 'failed', @receipt
     FROM task LEFT JOIN receipt_task AS told ON told.task = task.id
     WHERE ${IS_OVER} AND ${IS_NEW} AND task.update_id <= @last`,
  );
  return {
    applied: (): ReceiptPredicate['applied'] =>
      applied.all({ limit: MAX_APPLIED }).map(({ reasons, ...row }) => ({
        ...row,
        reasons: (JSON.parse(reasons) as string[]).slice(0, 100),
      })),
    /** Notes that a receipt told these; in the transaction that stores it. */
    told: (applied: ReceiptPredicate['applied'], receipt: number): void => {
      const last = applied.at(-1)?.update;
      if (last !== undefined) tell.run({ last, receipt });
    },
  };
};
