import type { Database } from '../../../platform/database.ts';

export type StateRow = {
  plc: number;
  state: string;
  why: string | null;
  since: number;
  checked_at: number;
  read_at: number | null;
  reference: string | null;
  differences: string;
  public_id: string;
  name: string;
  zone: string | null;
  health: string;
  reasons: string;
  found: number;
  unknown: number;
};

export type ChangeRow = {
  id: number;
  plc: number;
  at: number;
  before: string | null;
  after: string;
  differences: string;
};

export type SnapshotRow = {
  id: number;
  plc: number;
  at: number;
  actor: string;
  moment: string;
  work_order: string;
  content: string;
  content_hash: string;
};

const rest = [
  'state',
  'why',
  'since',
  'checked_at',
  'read_at',
  'reference',
  'differences',
  'public_id',
  'name',
  'zone',
  'health',
  'reasons',
  'found',
  'unknown',
] as const satisfies readonly (keyof StateRow)[];

/** SQL of what comparing programs said. */
export const integrityStore = (db: Database) => {
  const byPlc = db.prepare<[number], StateRow>('select * from plc_program_state where plc = ?');
  const all = db.prepare<[], StateRow>('select * from plc_program_state');
  const put = db.prepare<[StateRow]>(
    `insert into plc_program_state (plc, ${rest.join(', ')}) values (@plc, ${rest.map((name) => `@${name}`).join(', ')})
     on conflict (plc) do update set ${rest.map((name) => `${name} = excluded.${name}`).join(', ')}`,
  );
  const remove = db.prepare<[number]>('delete from plc_program_state where plc = ?');
  const addChange = db.prepare<[Omit<ChangeRow, 'id'>]>(
    `insert into plc_program_change (plc, at, before, after, differences)
     values (@plc, @at, @before, @after, @differences)`,
  );
  const changes = db.prepare<[number, number], ChangeRow>(
    'select * from plc_program_change where plc = ? order by id desc limit ?',
  );
  const addSnapshot = db.prepare<[Omit<SnapshotRow, 'id'>]>(
    `insert into plc_program_snapshot (plc, at, actor, moment, work_order, content, content_hash)
     values (@plc, @at, @actor, @moment, @work_order, @content, @content_hash)`,
  );
  const snapshots = db.prepare<[number, number], SnapshotRow>(
    'select * from plc_program_snapshot where plc = ? order by id desc limit ?',
  );
  const newest = db.prepare<[number, string, string], SnapshotRow>(
    'select * from plc_program_snapshot where plc = ? and work_order = ? and moment = ? order by id desc limit 1',
  );
  const healthCounts = db.prepare<[], { health: string; n: number }>(
    'select health, count(*) as n from plc_program_state group by health',
  );
  return {
    healthCounts: () => healthCounts.all(),
    byPlc: (plc: number) => byPlc.get(plc),
    all: () => all.all(),
    put: (row: StateRow): void => void put.run(row),
    remove: (plc: number): void => void remove.run(plc),
    addChange: (row: Omit<ChangeRow, 'id'>): void => void addChange.run(row),
    changes: (plc: number, limit: number) => changes.all(plc, limit),
    addSnapshot: (row: Omit<SnapshotRow, 'id'>): number => Number(addSnapshot.run(row).lastInsertRowid),
    snapshots: (plc: number, limit: number) => snapshots.all(plc, limit),
    newestSnapshot: (plc: number, workOrder: string, moment: 'before' | 'after') => newest.get(plc, workOrder, moment),
  };
};
