import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { codeOf } from '../../../../test/support/refusals.ts';
import { admin, openEngines } from '../../../test/support/engines.ts';
import { worklistService } from './service.ts';
import type { FoundWork, WorkKind } from './types.ts';

// An item is gone when its cause is gone, or was put off with a reason and an end; nothing else makes it go, and nothing else
// brings it back. Over drawn histories of causes and people, against a model that knows only that.

const hourMs = 3_600_000;
const startMs = Date.parse('2026-11-27T03:10:00Z');
const longestMs = { now: 24 * hourMs, other: 720 * hourMs };

let nowMs = startMs;
const engines = await openEngines({ clock: () => nowMs });
afterAll(() => engines.close());

const keys = ['a', 'b', 'c'] as const;
type Key = (typeof keys)[number];
/** What is true now: a cause that is there, and whether it comes first. */
type Cause = { isUrgent: boolean };
type Later = { until: number; at: number };

const step = fc.oneof(
  fc.record({ does: fc.constant('cause' as const), key: fc.constantFrom(...keys), isUrgent: fc.boolean() }),
  fc.record({ does: fc.constant('mend' as const), key: fc.constantFrom(...keys) }),
  fc.record({
    does: fc.constant('later' as const),
    key: fc.constantFrom(...keys),
    hours: fc.constantFrom(-1, 0, 1, 23, 25, 200, 721),
    reason: fc.constantFrom('the outage is on Sunday', '', '  ', '\u0000'),
  }),
  fc.record({ does: fc.constant('back' as const), key: fc.constantFrom(...keys) }),
  fc.record({ does: fc.constant('assign' as const), key: fc.constantFrom(...keys) }),
  fc.record({ does: fc.constant('wait' as const), hours: fc.constantFrom(1, 5, 23, 24, 100, 720) }),
);

describe('what is in the worklist', () => {
  it('goes with its cause, or by a reason and an end, and comes back when the end is there', () => {
    let run = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
        run += 1;
        const name = 'announcement';
        const keyOf = (key: Key): string => `${run}-${key}`;
        const causes = new Map<Key, Cause>();
        const laters = new Map<Key, Later>();
        const kind: WorkKind = {
          name,
          does: 'work:write',
          find: () =>
            [...causes].map(
              ([key, { isUrgent }]): FoundWork => ({
                key: keyOf(key),
                params: {},
                level: 'info',
                targets: 1,
                isUrgent,
                path: '/',
              }),
            ),
        };
        const service = worklistService({
          kinds: [kind],
          weightOf: () => ({ harm: 20 }),
          objects: engines.objects,
          timeZone: () => 'UTC',
          clock: () => nowMs,
        });
        /** Put off, by what people said and what is so now: what comes first is put off for a day at most. */
        const isAway = (key: Key): boolean => {
          const later = laters.get(key);
          if (later === undefined || later.until <= nowMs) return false;
          return causes.get(key)?.isUrgent !== true || later.until <= later.at + longestMs.now;
        };
        for (const one of steps) {
          if (one.does === 'wait') nowMs += one.hours * hourMs;
          else {
            const { key } = one;
            const cause = causes.get(key);
            const id = `${name}.${keyOf(key)}`;
            if (one.does === 'cause') causes.set(key, { isUrgent: one.isUrgent });
            else if (one.does === 'mend') causes.delete(key);
            else if (one.does === 'assign')
              expect(codeOf(() => service.assign(admin, id, null))).toBe(cause ? 'done' : 'NOT_FOUND');
            else if (one.does === 'back') {
              expect(codeOf(() => service.putOff(admin, id, null))).toBe(cause ? 'done' : 'NOT_FOUND');
              if (cause) laters.delete(key);
            } else {
              const until = nowMs + one.hours * hourMs;
              const most = cause?.isUrgent ? longestMs.now : longestMs.other;
              const fits = one.hours > 0 && until <= nowMs + most && one.reason.startsWith('the');
              expect(codeOf(() => service.putOff(admin, id, { until, reason: one.reason }))).toBe(
                cause === undefined ? 'NOT_FOUND' : fits ? 'done' : 'INVALID',
              );
              if (cause !== undefined && fits) laters.set(key, { until, at: nowMs });
            }
          }
          const shown = service
            .list(admin)
            .filter(({ isPutOff }) => !isPutOff)
            .map(({ key }) => key);
          expect(shown.sort()).toEqual(
            [...causes.keys()]
              .filter((key) => !isAway(key))
              .map(keyOf)
              .sort(),
          );
          // What was put off is not gone: it is listed with its reason and its end.
          for (const { isPutOff, reason, laterUntil } of service.list(admin))
            if (isPutOff) expect([reason, (laterUntil ?? 0) > nowMs]).toEqual(['the outage is on Sunday', true]);
        }
      }),
      { numRuns: runs(60) },
    );
  });
});
