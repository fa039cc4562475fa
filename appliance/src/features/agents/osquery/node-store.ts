import type { Database } from '../../../platform/database.ts';

type NodeRow = { answeredAt: number | null; revision: number; problems: string };

/** What the inventory's questions to each node came to. */
export const nodeStore = (db: Database) => {
  const get = db.prepare<[number], NodeRow>(
    'select answered_at as answeredAt, revision, problems from osquery_node where device = ?',
  );
  const put = db.prepare(
    `insert into osquery_node (device, answered_at, revision, problems) values (@device, @answeredAt, @revision, @problems)
     on conflict (device) do update set answered_at = excluded.answered_at, revision = excluded.revision,
       problems = excluded.problems`,
  );
  return {
    get: (device: number): NodeRow | undefined => get.get(device),
    put: (row: NodeRow & { device: number }): void => void put.run(row),
  };
};
