import type { ControllerViews, Plan } from './types.ts';

// A job that repeats (OT 5, Q3, Q7): a second person approves its packets once, for every window until an end. Each window is
// for one run of exactly these packets; whether they may leave is asked before each of them anew.

const dayMs = 86_400_000;

export type Window = { readonly from: number; readonly until: number };

/** The window of a plan that has begun at `now` or begins next; undefined when there is none any more. */
export const windowAt = (
  { from, until, repeat }: Pick<Plan, 'from' | 'until' | 'repeat'>,
  now: number,
): Window | undefined => {
  if (now < until) return { from, until };
  if (repeat === undefined) return undefined;
  const step = repeat.everyDays * dayMs;
  const shift = (Math.floor((now - until) / step) + 1) * step;
  return until + shift <= repeat.until ? { from: from + shift, until: until + shift } : undefined;
};

/** The plan for another of its windows: the same packets, with what is known of the mode now. */
export const planIn = (plan: Plan, window: Window, find: ControllerViews['find']): Plan => ({
  ...plan,
  ...window,
  targets: plan.targets.map((target) => ({
    ...target,
    modeBefore: find(target.plc)?.known()['mode']?.value ?? target.modeBefore,
  })),
});
