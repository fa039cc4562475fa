import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { Age, Evaluator, Moment } from '../devices/types.ts';
import { heardMoments } from './age-queries.ts';
import type { StatusSet } from './rule-set.ts';
import type { DeviceFacts, StatusRow } from './store.ts';
import { type Reason, rankOf } from './types.ts';

const hourMs = 3_600_000;

const fixed = (reason: string): Reason[] => [{ level: 'info', key: `devices.reason.${reason}` }];

/** The status of devices that share a set of conditions: their reasons, the worst first. */
export const statusesOf = (
  evaluator: Evaluator,
  set: StatusSet,
  facts: readonly DeviceFacts[],
  moment: Omit<Moment, 'visibleSince'>,
): Map<number, Pick<StatusRow, 'level' | 'visible'> & { reasons: Reason[] }> => {
  const visibleSince = moment.now - set.notVisibleMs;
  const numbers = [...new Set(set.lines.flatMap(({ number }) => number ?? []))];
  const found = evaluator.test(
    set.lines.map(({ condition }) => condition),
    facts.map(({ id }) => id),
    { ...moment, visibleSince },
    numbers,
  );
  const reasonsOf = (device: DeviceFacts): Reason[] => {
    if (device.state === 'revoked' || device.state === 'discovered') return fixed(device.state);
    const { fits = [], numbers: values = [] } = found.get(device.id) ?? {};
    return set.lines.flatMap(({ level, reason, number, set: of }, index): Reason[] => {
      if (fits[index] !== true) return [];
      const params = {
        ...reason.params,
        ...(number === undefined ? {} : { n: values[numbers.indexOf(number)] ?? 0 }),
        ...(reason.key === 'devices.reason.notVisible' ? { hours: set.notVisibleMs / hourMs } : {}),
      };
      return [
        {
          key: reason.key,
          ...(Object.keys(params).length === 0 ? {} : { params }),
          level,
          ...defined({ set: of }),
        },
      ];
    });
  };
  return new Map(
    facts.map((device) => {
      const reasons = reasonsOf(device).sort((a, b) => rankOf(a.level) - rankOf(b.level));
      return [
        device.id,
        {
          level: rankOf(reasons[0]?.level ?? 'ok'),
          reasons,
          visible: Number(device.lastSeenAt !== null && device.lastSeenAt > visibleSince),
        },
      ];
    }),
  );
};

const isSame = (one: Reason, other: Reason): boolean => one.key === other.key && one.set === other.set;

/**
 * Reasons with the moment since which each is one: as it was held, else now. `begun` are those that were not held before.
 */
export const withSince = (
  reasons: readonly Reason[],
  held: readonly Reason[],
  now: number,
): { reasons: Reason[]; begun: Reason[] } => {
  const begun: Reason[] = [];
  const dated = reasons.map((reason): Reason => {
    const before = held.find((one) => isSame(one, reason));
    if (before !== undefined) return { ...reason, ...defined({ since: before.since }) };
    begun.push(reason);
    return { ...reason, since: now };
  });
  return { reasons: dated, begun };
};

/** The ages that matter for devices of a set: those of every rule, and its own time-out. */
export const agesWith = (ages: readonly Age[], set: StatusSet): Age[] => [
  ...ages,
  { moments: heardMoments, ms: set.notVisibleMs },
];
