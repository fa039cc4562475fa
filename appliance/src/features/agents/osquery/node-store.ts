import type { Database } from '../../../platform/database.ts';
import { statements } from '../../../platform/statements.ts';

type NodeRow = { answeredAt: number | null; revision: number; problems: string };

/** What the inventory's questions to each node came to. */
export const nodeStore = (db: Database) => {
  const sql = statements(db);
  return {
    get: sql.get<[device: number], NodeRow>(
      'select answered_at as answeredAt, revision, problems from osquery_node where device = ?',
    ),
    put: sql.run<[row: NodeRow & { device: number }]>(
      `insert into osquery_node (device, answered_at, revision, problems) values (@device, @answeredAt, @revision, @problems)
     on conflict (device) do update set answered_at = excluded.answered_at, revision = excluded.revision,
       problems = excluded.problems`,
    ),
  };
};
