import { isVendorState } from './states.ts';
import type { Clock, ClockTimes, ClockView, PatchState } from './types.ts';

// Three clocks per patch (OT 6), each 35 days unless the site says otherwise:
//   received   from the day that the supplier gave it out until it was known here,
//   evaluated  from then until the site said whether it concerns it,
//   due        from then until it is installed, mitigated, accepted or replaced.
// A mitigation or acceptance that ends starts the last clock again. An extension moves the end of one clock, and a named
// senior approver signs it.

export type ClockDays = Readonly<Record<Clock, number>>;

const dayMs = 86_400_000;

/** The clocks of a patch as they stand. */
export const clocksOf = (times: ClockTimes, days: ClockDays, now: number): ClockView[] => {
  const view = (clock: Clock, from: number | null, doneAt: number | null): ClockView => {
    const own = from === null ? null : from + days[clock] * dayMs;
    const extension = times.extended[clock];
    const limit = own === null ? null : Math.max(own, extension ?? own);
    return {
      clock,
      from,
      limit,
      doneAt,
      overdue: limit !== null && (doneAt ?? now) > limit,
      extended: own !== null && extension !== undefined && extension > own,
    };
  };
  return [
    view('received', Math.min(times.publishedAt ?? times.receivedAt, times.receivedAt), times.receivedAt),
    view('evaluated', times.receivedAt, times.evaluatedAt),
    view('due', times.dueFrom, times.dueFrom === null ? null : times.doneAt),
  ];
};

/** The clocks that run and are past their end. */
export const overdueClocks = (views: readonly ClockView[]): Clock[] =>
  views.filter(({ overdue, doneAt }) => overdue && doneAt === null).map(({ clock }) => clock);

const endsDue: ReadonlySet<PatchState> = new Set(['installed', 'verified', 'mitigated', 'accepted', 'superseded']);

/** What a change of state does to the clocks. */
export const afterMove = (times: ClockTimes, from: PatchState, to: PatchState, at: number): ClockTimes => {
  const isGiven = !isVendorState(to) || to === 'not_applicable';
  const evaluatedAt = times.evaluatedAt ?? (isGiven ? at : null);
  const dueFrom = times.dueFrom ?? evaluatedAt;
  if (to === 'not_applicable' || endsDue.has(to)) return { ...times, evaluatedAt, dueFrom, doneAt: times.doneAt ?? at };
  // What was taken care of is not any more: the time that there was begins anew.
  const isBack = times.doneAt !== null && (endsDue.has(from) || from === 'not_applicable');
  return { ...times, evaluatedAt, dueFrom: isBack ? at : dueFrom, doneAt: null };
};
