import { addDays, type CivilTime } from '../../platform/civil-time.ts';
import type { ControllerViews, Plan } from './types.ts';

// A job that repeats (OT 5, Q3, Q7): a second person approves its packets once, for every window until an end. Each window is
// for one run of exactly these packets; whether they may leave is asked before each of them anew. Windows begin and end at the
// same wall-clock time of the site, also where clocks change in between, so that a job stays within the hours of its policy.

const dayMs = 86_400_000;
const minuteMs = 60_000;

export type Window = { readonly from: number; readonly until: number };

/** The window of a plan that has begun at `now` or begins next; undefined when there is none any more. */
export const windowAt = (
  { from, until, repeat }: Pick<Plan, 'from' | 'until' | 'repeat'>,
  now: number,
  time: CivilTime,
): Window | undefined => {
  if (now < until) return { from, until };
  if (repeat === undefined) return undefined;
  const first = repeat.first ?? { from, until };
  const later = (moment: number, days: number): number =>
    time.toMs(addDays(time.dayAt(moment), days), time.minuteAt(moment)) + (moment % minuteMs);
  // No change of the clocks is as long as a day.
  for (let n = Math.max(0, Math.floor((now - first.until - dayMs) / (repeat.everyDays * dayMs))); ; n += 1) {
    const window = { from: later(first.from, n * repeat.everyDays), until: later(first.until, n * repeat.everyDays) };
    if (window.until > repeat.until) return undefined;
    // One that clocks skip as a whole is none.
    if (window.until > now && window.from >= until && window.until > window.from) return window;
  }
};

/** The plan for another of its windows: the same packets, with the mode as known now. */
export const planIn = (plan: Plan, window: Window, find: ControllerViews['find']): Plan => ({
  ...plan,
  ...window,
  ...(plan.repeat === undefined
    ? {}
    : { repeat: { ...plan.repeat, first: plan.repeat.first ?? { from: plan.from, until: plan.until } } }),
  targets: plan.targets.map((target) => ({
    ...target,
    modeBefore: find(target.controller)?.known()['mode']?.value ?? target.modeBefore,
  })),
});
