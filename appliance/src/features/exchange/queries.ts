import type { ReceiptPredicate } from '@sallyport/bundle-tools/documents/receipt';
import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';

// Read model of receipts. Reads task (deployments); what was told is kept in receipt_task.

const MAX_APPLIED = 10_000;
// A receipt has room for a megabyte; what does not fit is told by the next one.
const MAX_APPLIED_BYTES = 200_000;

// An order that failed and was seen to be installed later is told once more.
const IS_NEW = "(told.task IS NULL OR (told.failed = 1 AND task.state <> 'failed'))";
const IS_OVER = "task.state IN ('installed', 'verified', 'failed')";

/** What orders came to since the last receipt, per update: counts and codes, nothing about devices. */
export const appliedQueries = (db: Database) => {
  const sql = statements(db);
  const applied = sql.all<
    [{ limit: number }],
    { update: string; ended: number; broken: number; open: number; reasons: string }
  >(
    `SELECT task.update_id AS "update",
       sum(task.state IN ('installed', 'verified') AND ${IS_NEW}) AS ended,
       sum(task.state = 'failed' AND told.task IS NULL) AS broken,
       sum(task.state IN ('queued', 'running')) AS open,
       json_group_array(DISTINCT task.reason)
         FILTER (WHERE task.state = 'failed' AND told.task IS NULL AND task.reason IS NOT NULL) AS reasons
     FROM task LEFT JOIN receipt_task AS told ON told.task = task.id
     GROUP BY task.update_id HAVING ended + broken + open > 0 ORDER BY ended + broken = 0, task.update_id LIMIT @limit`,
  );
  const tell = sql.run(
    `INSERT OR REPLACE INTO receipt_task (task, failed, receipt)
     SELECT task.id, task.state = 'failed', @receipt
     FROM task LEFT JOIN receipt_task AS told ON told.task = task.id
     WHERE ${IS_OVER} AND ${IS_NEW} AND task.update_id IN (SELECT value FROM json_each(@updates))`,
  );
  return {
    applied: (): ReceiptPredicate['applied'] => {
      let room = MAX_APPLIED_BYTES;
      const rows: ReceiptPredicate['applied'] = [];
      for (const { update, ended, broken, open, reasons } of applied({ limit: MAX_APPLIED })) {
        const codes = (JSON.parse(reasons) as string[]).slice(0, 100);
        const told = { update, done: ended, failed: broken, waiting: open, reasons: codes };
        room -= JSON.stringify(told).length;
        if (room < 0) break;
        rows.push(told);
      }
      return rows;
    },
    /** Notes that a receipt told these; in the transaction that stores it. */
    told: (applied: ReceiptPredicate['applied'], receipt: number): void => {
      tell({ updates: JSON.stringify(applied.map(({ update }) => update)), receipt });
    },
  };
};
