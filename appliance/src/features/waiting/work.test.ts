import { expect, it } from 'vitest';
import { systemActor } from '../../engine/objects/types.ts';
import { oneLook } from '../worklist/look.ts';
import { waitingWork } from './work.ts';

const hourMs = 3_600_000;
const nowMs = Date.parse('2026-11-27T03:10:00Z');

it('comes first from two hours before its window to its end', () => {
  const isUrgentWith = (fromHours: number | undefined): boolean | undefined => {
    const window =
      fromHours === undefined
        ? undefined
        : { from: nowMs + fromHours * hourMs, until: nowMs + (fromHours + 3) * hourMs };
    const thing = {
      act: 'patch-sign' as const,
      id: '7',
      what: 'V2.9.7: planned',
      reason: 'the outage',
      by: 'account:a1',
      at: nowMs - hourMs,
      window,
      path: '/controllers/patches/7',
      hindrance: undefined,
    };
    const [kind] = waitingWork({ waiting: { list: () => [thing] }, clock: () => nowMs });
    const [item] = kind?.find(systemActor, oneLook()) ?? [];
    expect(item?.dueAt).toBe(window?.from);
    return item?.isUrgent;
  };
  expect([3, 2.1, 2, 0.5, 0, -2.9].map(isUrgentWith)).toEqual([false, false, true, true, true, true]);
  expect(isUrgentWith(-3)).toBe(false);
  expect(isUrgentWith(undefined)).toBeUndefined();
});
