import type { Level, Said } from '@sallyport/ui/model';
import type { StatusFacts } from './queries.ts';
import type { StatusRow } from './store.ts';
import { rankOf } from './types.ts';

const said = (reason: string, params?: Record<string, number>): Said => ({
  key: `devices.reason.${reason}`,
  ...(params === undefined ? {} : { params }),
});

const reasonsOf = (row: StatusFacts, visible: boolean, hours: number): Array<{ level: Level; said: Said }> => {
  const found: Array<{ level: Level; said: Said }> = [];
  if (row.state === 'held') found.push({ level: 'critical', said: said('held') });
  if (row.act > 0) found.push({ level: 'critical', said: said('act', { n: row.act }) });
  if (row.state === 'pending') found.push({ level: 'waiting', said: said('pending') });
  if (row.reenrolling) found.push({ level: 'warning', said: said('reenrolling') });
  if (row.failedTasks > 0) found.push({ level: 'warning', said: said('deploymentFailed', { n: row.failedTasks }) });
  if (row.attend > 0) found.push({ level: 'warning', said: said('attend', { n: row.attend }) });
  if (row.restartPending) found.push({ level: 'warning', said: said('restartPending') });
  if (row.state === 'managed' && row.lastSeenAt === null) found.push({ level: 'not-visible', said: said('neverSeen') });
  else if (row.state === 'managed' && !visible)
    found.push({ level: 'not-visible', said: said('notVisible', { hours }) });
  if (row.state === 'managed' && visible && !row.hasInventory)
    found.push({ level: 'warning', said: said('noInventory') });
  return found;
};

/** A device's status with its reasons, the worst first, and when time alone changes it. */
export const todaysStatus = (row: StatusFacts, options: { now: number; notVisibleMs: number }): StatusRow => {
  const { now, notVisibleMs } = options;
  const visible = row.lastSeenAt !== null && now - row.lastSeenAt < notVisibleMs;
  const found =
    row.state === 'revoked'
      ? [{ level: 'info' as const, said: said('revoked') }]
      : reasonsOf(row, visible, notVisibleMs / 3_600_000);
  found.sort((a, b) => rankOf(a.level) - rankOf(b.level));
  return {
    device: row.device,
    level: rankOf(found[0]?.level ?? 'ok'),
    reasons: JSON.stringify(found.map((reason) => reason.said)),
    visible: Number(visible),
    dueAt: visible && row.lastSeenAt !== null ? row.lastSeenAt + notVisibleMs : null,
    aged: Number(!visible),
    updatedAt: now,
  };
};
