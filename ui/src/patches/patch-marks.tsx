import { DecisionMark, Status } from '../components/status.tsx';
import { To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import type { Decision, Level, When } from '../model.ts';

/** How a state of a patch looks: grey where nothing is to be done, coloured where a person is needed. */
const levels: Readonly<Record<string, Level>> = {
  imported: 'waiting',
  vendor_testing: 'waiting',
  vendor_rejected: 'warning',
  not_applicable: 'info',
  vendor_approved: 'waiting',
  vendor_released: 'waiting',
  site_testing: 'running',
  site_rejected: 'info',
  authorized: 'waiting',
  scheduled: 'running',
  installed: 'running',
  verified: 'done',
  deferred: 'waiting',
  mitigated: 'info',
  accepted: 'info',
  superseded: 'info',
  rolled_back: 'warning',
};

/** Where a patch stands. */
export const PatchStateMark = ({ ctx, state }: { ctx: Ctx; state: string }) => (
  <Status level={levels[state] ?? 'info'}>{ctx.tDynamic(`patches.state.${state}`)}</Status>
);

/** Leads to the checklist of a patch for a controller. */
export const ChecklistLink = ({ ctx, href, openChecks }: { ctx: Ctx; href: string; openChecks: number }) => (
  <To href={href}>
    <Status level={openChecks === 0 ? 'done' : 'waiting'}>
      {openChecks === 0 ? ctx.t('patches.checklistDone') : ctx.t('patches.checklistOpen', { n: openChecks })}
    </Status>
  </To>
);

export type DeadlineView = {
  readonly deadline: string;
  readonly limit: When | null;
  readonly doneAt: When | null;
  readonly overdue: boolean;
  readonly extended: boolean;
};

const deadlineText = (ctx: Ctx, one: DeadlineView): string => {
  if (one.doneAt !== null)
    return ctx.t(one.overdue ? 'patches.deadlineDoneLate' : 'patches.deadlineDone', { at: ctx.fmt.date(one.doneAt) });
  if (one.limit === null) return ctx.t('patches.deadlineNot');
  return ctx.t(one.overdue ? 'patches.deadlineLate' : 'patches.until', { at: ctx.fmt.date(one.limit) });
};

/** One deadline: until when, since when missed, or when it was met. */
export const DeadlineMark = ({ ctx, view: one }: { ctx: Ctx; view: DeadlineView }) => (
  <Status level={one.doneAt !== null ? 'done' : one.limit === null ? 'waiting' : one.overdue ? 'warning' : 'running'}>
    {deadlineText(ctx, one)}
    {one.extended ? <span class="second"> ({ctx.t('patches.deadlineExtended')})</span> : null}
  </Status>
);

/** The deadline that matters now: a missed one, else the running one. */
export const deadlineNow = (deadlines: readonly DeadlineView[]): DeadlineView | undefined =>
  deadlines.find(({ overdue, doneAt }) => overdue && doneAt === null) ??
  deadlines.find(({ doneAt, limit }) => doneAt === null && limit !== null);

export type UrgencyView = {
  readonly decision: Decision | null;
  readonly findings: number;
  readonly exploited: readonly string[];
  readonly due: string;
};

/** What the vulnerabilities of a patch come to in its controllers, and whether any of them is exploited. */
export const UrgencyMark = ({ ctx, urgency }: { ctx: Ctx; urgency: UrgencyView }) => (
  <>
    {urgency.decision === null ? <span class="dim">–</span> : <DecisionMark decision={urgency.decision} />}
    {urgency.exploited.length === 0 ? null : (
      <div class="small second">
        {ctx.t('patches.exploited', { n: urgency.exploited.length })}
        {urgency.due === '' ? null : ` ${ctx.t('patches.exploitedDue', { date: ctx.fmt.date(urgency.due) })}`}
      </div>
    )}
  </>
);
