import { isVendorState } from './states.ts';
import type { Deadline, DeadlineTimes, DeadlineView, PatchState } from './types.ts';

// Three deadlines per patch (OT 6), each 35 days unless the site says otherwise:
//   received   from the day that the supplier gave it out until it was known here,
//   evaluated  from then until the site decided whether it is concerned,
//   due        from then until it is installed, mitigated, accepted or replaced.
// A compensating control or acceptance that ends starts the last deadline again. An extension moves one deadline, and a named
// senior approver signs it.

export type DeadlineDays = Readonly<Record<Deadline, number>>;

const dayMs = 86_400_000;

/** The deadlines of a patch at a time. */
export const deadlinesOf = (times: DeadlineTimes, days: DeadlineDays, now: number): DeadlineView[] => {
  const view = (deadline: Deadline, from: number | null, doneAt: number | null): DeadlineView => {
    const own = from === null ? null : from + days[deadline] * dayMs;
    const extension = times.extended[deadline];
    const limit = own === null ? null : Math.max(own, extension ?? own);
    return {
      deadline,
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

/** The deadlines that are missed and not met yet. */
export const overdueDeadlines = (views: readonly DeadlineView[]): Deadline[] =>
  views.filter(({ overdue, doneAt }) => overdue && doneAt === null).map(({ deadline: clock }) => clock);

const endsDue: ReadonlySet<PatchState> = new Set(['installed', 'verified', 'mitigated', 'accepted', 'superseded']);

/** What a change of state does to the deadlines. */
export const afterMove = (times: DeadlineTimes, from: PatchState, to: PatchState, at: number): DeadlineTimes => {
  const isGiven = !isVendorState(to) || to === 'not_applicable';
  const evaluatedAt = times.evaluatedAt ?? (isGiven ? at : null);
  const dueFrom = times.dueFrom ?? evaluatedAt;
  if (to === 'not_applicable' || endsDue.has(to)) return { ...times, evaluatedAt, dueFrom, doneAt: times.doneAt ?? at };
  // What was taken care of is not any more: the time that there was begins anew.
  const isBack = times.doneAt !== null && (endsDue.has(from) || from === 'not_applicable');
  return { ...times, evaluatedAt, dueFrom: isBack ? at : dueFrom, doneAt: null };
};
