import type { Database } from '../../platform/database.ts';
import type { FindingLoad } from '../vulnerabilities/types.ts';

export type StatusRow = {
  device: number;
  level: number;
  /** JSON of sentences. */
  reasons: string;
  visible: number;
  dueAt: number | null;
  aged: number;
  updatedAt: number;
};

/** SQL of what rules derive, and of what waits to be derived. */
export const ruleStore = (db: Database) => {
  const dirty = db.prepare<[number], number>('select device from device_dirty order by device limit ?').pluck();
  const due = db
    .prepare<[number, number], number>('select device from device_status where due_at <= ? order by due_at limit ?')
    .pluck();
  const sweep = db.prepare<[], { after: number | null; again: number }>(
    'select after_device as after, again from rule_sweep where one = 1',
  );
  const setSweep = db.prepare<[number | null, number]>(
    'update rule_sweep set after_device = ?, again = ? where one = 1',
  );
  const sweepDevices = db
    .prepare<[number, number], number>('select id from device where id > ? order by id limit ?')
    .pluck();
  const clean = db.prepare<[string]>('delete from device_dirty where device in (select value from json_each(?))');
  const existing = db
    .prepare<[string], number>('select id from device where id in (select value from json_each(?)) order by id')
    .pluck();
  const putStatus = db.prepare<[StatusRow]>(
    `insert into device_status (device, level, reasons, visible, due_at, aged, updated_at)
     values (@device, @level, @reasons, @visible, @dueAt, @aged, @updatedAt)
     on conflict (device) do update set level = excluded.level, reasons = excluded.reasons, visible = excluded.visible,
       due_at = excluded.due_at, aged = excluded.aged, updated_at = excluded.updated_at`,
  );
  const statuses = db.prepare<[string], StatusRow>(
    `select device, level, reasons, visible, due_at as dueAt, aged, updated_at as updatedAt from device_status
     where device in (select value from json_each(?))`,
  );
  const dropFindings = db.prepare<[string]>(
    'delete from device_findings where device in (select value from json_each(?))',
  );
  const addFindings = db.prepare<[FindingLoad & { device: number }]>(
    `insert into device_findings (device, findings, act, attend, worst)
     values (@device, @findings, @act, @attend, @worst)`,
  );
  return {
    dirty: (limit: number): number[] => dirty.all(limit),
    due: (now: number, limit: number): number[] => due.all(now, limit),
    sweep: () => sweep.get() ?? { after: null, again: 0 },
    setSweep: (after: number | null, again: number): void => void setSweep.run(after, again),
    /** Devices after one, in the order of their ids. */
    sweepDevices: (after: number, limit: number): number[] => sweepDevices.all(after, limit),
    clean: (devices: readonly number[]): void => void clean.run(JSON.stringify(devices)),
    existing: (devices: readonly number[]): number[] => existing.all(JSON.stringify(devices)),
    putStatus: (row: StatusRow): void => void putStatus.run(row),
    statuses: (devices: readonly number[]): StatusRow[] => statuses.all(JSON.stringify(devices)),
    putFindings: (devices: readonly number[], loads: ReadonlyMap<number, FindingLoad>): void => {
      dropFindings.run(JSON.stringify(devices));
      for (const [device, load] of loads) addFindings.run({ device, ...load });
    },
  };
};

export type RuleStore = ReturnType<typeof ruleStore>;
