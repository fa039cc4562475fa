import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { Level, Message } from '@sallyport/ui/model';
import { rankOf } from '../rules/types.ts';
import type { Decision } from '../vulnerabilities/types.ts';
import type { DeviceListRow } from './types.ts';

/** What is known about a device beyond its own rows. */
type DeviceLoad = { findings: number; worst: Decision | undefined; act: number; attend: number };

export type DeviceStatus = { level: Level; reasons: Message[]; visible: boolean };

const message = (reason: string, params?: Record<string, number>): Message => ({
  key: `devices.reason.${reason}`,
  ...defined({ params }),
});

/** The status of a device that rules have not looked at, with its reasons, the worst first. It is never OK. */
export const deviceStatus = (
  row: Pick<
    DeviceListRow,
    'state' | 'lastSeenAt' | 'certificateEndsAt' | 'reenrolling' | 'failedTasks' | 'restartPending' | 'hasInventory'
  >,
  load: DeviceLoad,
  options: { nowMs: number; notVisibleHours: number },
): DeviceStatus => {
  const limitMs = options.notVisibleHours * 3_600_000;
  const visible = row.lastSeenAt !== null && options.nowMs - row.lastSeenAt < limitMs;
  if (row.state === 'revoked') return { level: 'info', reasons: [message('revoked')], visible };
  if (row.state === 'discovered') return { level: 'info', reasons: [message('discovered')], visible };
  const found: { level: Level; message: Message }[] = [];
  if (row.state === 'held') found.push({ level: 'critical', message: message('held') });
  if (load.worst === 'act') found.push({ level: 'critical', message: message('act', { n: Math.max(1, load.act) }) });
  if (row.state === 'pending') found.push({ level: 'waiting', message: message('pending') });
  if (row.reenrolling) found.push({ level: 'warning', message: message('reenrolling') });
  if (row.certificateEndsAt !== null && row.certificateEndsAt < options.nowMs)
    found.push({ level: 'warning', message: message('certificateEnded') });
  if (row.failedTasks > 0)
    found.push({ level: 'warning', message: message('deploymentFailed', { n: row.failedTasks }) });
  if (load.attend > 0 || load.worst === 'attend')
    found.push({ level: 'warning', message: message('attend', { n: Math.max(1, load.attend) }) });
  if (row.restartPending) found.push({ level: 'warning', message: message('restartPending') });
  if (row.state === 'managed' && row.lastSeenAt === null)
    found.push({ level: 'waiting', message: message('neverSeen') });
  else if (row.state === 'managed' && !visible)
    found.push({ level: 'not-visible', message: message('notVisible', { hours: options.notVisibleHours }) });
  if (row.state === 'managed' && visible && !row.hasInventory)
    found.push({ level: 'warning', message: message('noInventory') });
  found.push({ level: 'waiting', message: message('notCompared') });
  found.sort((a, b) => rankOf(a.level) - rankOf(b.level));
  return { level: found[0]?.level ?? 'waiting', reasons: found.map((reason) => reason.message), visible };
};
