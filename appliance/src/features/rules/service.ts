import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { type Database, immediate } from '../../platform/database.ts';
import type { ObjectService } from '../objects/service.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import { statusQueries } from './queries.ts';
import { todaysStatus } from './status.ts';
import { ruleStore } from './store.ts';
import { ensureTriggers } from './triggers.ts';
import type { Pass } from './types.ts';

export { levels, rankOf } from './types.ts';

export type RuleService = {
  /** Looks at devices that wait, in batches of one transaction each, for at most this long; one batch at least. */
  run(options?: { budgetMs?: number }): Pass;
  /** Looks at all that wait: for commands and tests. */
  settle(): void;
  /** Whether devices wait. */
  isBehind(): boolean;
};

export type RuleParts = {
  db: Database;
  objects: ObjectService;
  vulnerabilities: Pick<VulnerabilityService, 'loads'>;
  clock?: () => number;
};

const batchDevices = 256;

/** Rules over devices: what they derive, and the work list behind it. */
export const ruleService = (parts: RuleParts): RuleService => {
  const { db, objects, vulnerabilities } = parts;
  const clock = parts.clock ?? nowMs;
  ensureTriggers(db);
  const store = ruleStore(db);
  const queries = statusQueries(db);

  /** What waits: marked devices first, then those whose time came, then the sweep. */
  const next = (now: number): { devices: number[]; sweptTo?: number | null } => {
    const marked = store.dirty(batchDevices);
    if (marked.length > 0) return { devices: marked };
    const due = store.due(now, batchDevices);
    if (due.length > 0) return { devices: due };
    const { after } = store.sweep();
    if (after === null) return { devices: [] };
    const devices = store.sweepDevices(after, batchDevices);
    return { devices, sweptTo: devices.length < batchDevices ? null : (devices.at(-1) ?? null) };
  };

  const look = (ids: readonly number[], now: number): void => {
    const devices = store.existing(ids);
    const loads = vulnerabilities.loads(devices);
    store.putFindings(devices, loads);
    const notVisibleMs = objects.settingInteger('devices.not-visible-hours') * 3_600_000;
    for (const row of queries.rows(devices)) store.putStatus(todaysStatus(row, { now, notVisibleMs }));
  };

  /** One batch; how many devices it held, undefined when nothing waits. */
  const batch = (): number | undefined =>
    immediate(db, () => {
      const now = clock();
      const { devices, sweptTo } = next(now);
      if (sweptTo !== undefined) {
        const { again } = store.sweep();
        if (sweptTo === null) store.setSweep(again === 1 ? 0 : null, 0);
        else store.setSweep(sweptTo, again);
      }
      if (devices.length === 0) return sweptTo === undefined ? undefined : 0;
      look(devices, now);
      store.clean(devices);
      return devices.length;
    });

  const isBehind = (): boolean =>
    store.dirty(1).length > 0 || store.sweep().after !== null || store.due(clock(), 1).length > 0;

  const run: RuleService['run'] = ({ budgetMs = 50 } = {}) => {
    const end = nowMs() + budgetMs;
    let devices = 0;
    while (isBehind()) {
      devices += batch() ?? 0;
      if (nowMs() >= end) break;
    }
    return { devices, more: isBehind() };
  };

  return {
    run,
    settle: () => {
      while (run().more);
    },
    isBehind,
  };
};
