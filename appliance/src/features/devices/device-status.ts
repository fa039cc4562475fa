import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { Level, Said } from '@sallyport/ui/model';
import type { Decision } from '../vulnerabilities/types.ts';
import type { DeviceListRow } from './types.ts';

/** What is known about a device beyond its own rows. */
type DeviceLoad = { findings: number; worst: Decision | undefined; act: number; attend: number };

export type DeviceStatus = { level: Level; reasons: Said[]; visible: boolean };

const rank: Readonly<Record<Level, number>> = {
  critical: 0,
  warning: 1,
  waiting: 2,
  'not-visible': 3,
  running: 4,
  ok: 5,
  done: 6,
  info: 7,
};

/** Worst first. */
export const levelRank = (level: Level): number => rank[level];

const said = (reason: string, params?: Record<string, number>): Said => ({
  key: `devices.reason.${reason}`,
  ...defined({ params }),
});

/** A device's status with its reasons, the worst first. */
export const deviceStatus = (
  row: Pick<DeviceListRow, 'state' | 'lastSeenAt' | 'reenrolling' | 'failedTasks' | 'restartPending' | 'hasInventory'>,
  load: DeviceLoad,
  options: { nowMs: number; notVisibleHours: number },
): DeviceStatus => {
  const limitMs = options.notVisibleHours * 3_600_000;
  const visible = row.lastSeenAt !== null && options.nowMs - row.lastSeenAt < limitMs;
  if (row.state === 'revoked') return { level: 'info', reasons: [said('revoked')], visible };
  if (row.state === 'discovered') return { level: 'info', reasons: [said('discovered')], visible };
  const found: { level: Level; said: Said }[] = [];
  if (row.state === 'held') found.push({ level: 'critical', said: said('held') });
  if (load.worst === 'act') found.push({ level: 'critical', said: said('act', { n: Math.max(1, load.act) }) });
  if (row.state === 'pending') found.push({ level: 'waiting', said: said('pending') });
  if (row.reenrolling) found.push({ level: 'warning', said: said('reenrolling') });
  if (row.failedTasks > 0) found.push({ level: 'warning', said: said('deploymentFailed', { n: row.failedTasks }) });
  if (load.attend > 0 || load.worst === 'attend')
    found.push({ level: 'warning', said: said('attend', { n: Math.max(1, load.attend) }) });
  if (row.restartPending) found.push({ level: 'warning', said: said('restartPending') });
  if (row.state === 'managed' && row.lastSeenAt === null) found.push({ level: 'not-visible', said: said('neverSeen') });
  else if (row.state === 'managed' && !visible)
    found.push({ level: 'not-visible', said: said('notVisible', { hours: options.notVisibleHours }) });
  if (row.state === 'managed' && visible && !row.hasInventory)
    found.push({ level: 'warning', said: said('noInventory') });
  found.sort((a, b) => rank[a.level] - rank[b.level]);
  return { level: found[0]?.level ?? 'ok', reasons: found.map((reason) => reason.said), visible };
};
