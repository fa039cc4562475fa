import { toRow } from '../anchors.ts';
import {
  Button,
  Hidden,
  LinkButton,
  PostForm,
  SelectField,
  TextField,
  withoutRight,
  withoutSiteRight,
} from '../components/form.tsx';
import {
  PanelActions,
  PanelNav,
  PanelPage,
  PanelPart,
  type PanelPlace,
  SidePanel,
  type Target,
  Targets,
} from '../components/side-panel.tsx';
import { Status } from '../components/status.tsx';
import { To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import { withQuery } from '../list.ts';
import type { FieldErrors, Message, Reference } from '../model.ts';
import { paths } from '../paths.ts';
import { AssignForm } from './assign.tsx';
import { type WorkRow, workDue, workTitle, workWhy } from './work-row.ts';

const rankParts = ['harm', 'place', 'targets', 'due', 'blocks', 'age'] as const;

/** An item with all that its panel says. POST fields: csrf, action (assign, later, back), assignee, hours, reason. */
export type ShownWork = {
  readonly row: WorkRow;
  readonly rank: Readonly<Record<(typeof rankParts)[number], number>>;
  readonly total: number;
  readonly isUrgent: boolean;
  /** How many things it is about. */
  readonly targets: number;
  /** The first of them by name, where the list that it leads to has names. */
  readonly named: ReadonlyArray<Pick<Target, 'id' | 'name' | 'href'> & { readonly why?: Message | undefined }>;
  /** What can be done at once, by a form that is filled and asks before it does it; `post`: the form is sent to it. */
  readonly act?:
    | {
        readonly name: string;
        readonly n?: number | undefined;
        readonly right: string;
        readonly ofSite?: true | undefined;
        readonly href?: string;
        readonly post?: string;
        readonly fields?: readonly (readonly [name: string, value: string])[];
      }
    | undefined;
  readonly reason?: string | undefined;
  readonly assignee?: string | undefined;
  readonly waitsFor?: Pick<WorkRow, 'id' | 'kind' | 'params' | 'words'> | undefined;
  readonly accounts: readonly Reference[];
  readonly errors?: FieldErrors | undefined;
};

const laterHours = { now: [2, 8, 24], other: [24, 72, 168, 720], rest: [24, 168, 720, 8_760] } as const;

const LaterForm = ({ ctx, shown }: { ctx: Ctx; shown: ShownWork }) => {
  const { row, errors } = shown;
  const unavailable = withoutRight(ctx, 'work:write');
  if (row.isPutOff)
    return (
      <PostForm action={paths.workItem(row.id)}>
        <Button name="action" value="back" unavailable={unavailable}>
          {ctx.t('work.back')}
        </Button>
      </PostForm>
    );
  return (
    <details name="work-act" open={errors?.['hours'] !== undefined || errors?.['reason'] !== undefined}>
      <summary>{ctx.t('work.later')}</summary>
      <PostForm action={paths.workItem(row.id)} class="stack" errors={errors}>
        <SelectField
          name="hours"
          label={ctx.t('work.laterWhen')}
          value="24"
          options={laterHours[row.band === 'now' ? 'now' : row.canRest === true ? 'rest' : 'other'].map((n) => ({
            value: String(n),
            label: n < 48 ? ctx.t('work.hours', { n }) : ctx.t('work.days', { n: n / 24 }),
          }))}
        />
        <TextField name="reason" label={ctx.t('work.laterReason')} maxLength={500} />
        <div>
          <Button name="action" value="later" unavailable={unavailable}>
            {ctx.t('work.putOff')}
          </Button>
        </div>
      </PostForm>
    </details>
  );
};

/** The way to the things that it is about. */
const ToThings = ({ ctx, shown, isMain }: { ctx: Ctx; shown: ShownWork; isMain: boolean }) => {
  const { row, targets, named } = shown;
  // One thing has a page of its own, with all that can be done to it.
  const href = (targets === 1 ? named[0]?.href : undefined) ?? row.path;
  const action = ctx.tDynamic(`work.${row.kind}.action`);
  return (
    <LinkButton {...(isMain ? { kind: 'primary' as const } : {})} href={href} needs={row.does}>
      {targets > 1 ? ctx.t('work.actOn', { action, n: targets }) : action}
    </LinkButton>
  );
};

/** The main act, and the way back here from its form. */
const MainAct = ({ ctx, shown }: { ctx: Ctx; shown: ShownWork }) => {
  const { act, row } = shown;
  if (act === undefined) return null;
  const word = ctx.tDynamic(`work.act.${act.name}`, { n: act.n ?? 1 });
  const unavailable = (act.ofSite ? withoutSiteRight : withoutRight)(ctx, act.right);
  const back = paths.work({ open: row.id });
  return act.post === undefined ? (
    <LinkButton kind="primary" href={withQuery(act.href ?? row.path, { back })} unavailable={unavailable}>
      {word}
    </LinkButton>
  ) : (
    <PostForm action={act.post}>
      <Hidden fields={[...(act.fields ?? []), ['back', back]]} />
      <Button kind="primary" unavailable={unavailable}>
        {word}
      </Button>
    </PostForm>
  );
};

/** What stands in the panel and on the page alike: why, what it is about, its rank, what to do. */
const WorkParts = ({ ctx, shown }: { ctx: Ctx; shown: ShownWork }) => {
  const { row, rank, total, isUrgent, targets, named, waitsFor } = shown;
  const due = workDue(ctx, row);
  return (
    <>
      <PanelPart title={ctx.t('work.why')} context={due === '' ? undefined : due}>
        <p>{workWhy(ctx, row)}</p>
        {shown.reason === undefined ? null : <p class="second">{shown.reason}</p>}
        {waitsFor === undefined ? null : (
          <p>
            <To href={paths.workItem(waitsFor.id)}>{ctx.t('work.waits', { title: workTitle(ctx, waitsFor) })}</To>
          </p>
        )}
        <p class="second">{ctx.t('work.goneItself')}</p>
      </PanelPart>
      {named.length === 0 ? null : (
        <PanelPart
          title={ctx.t('work.targets', { n: targets })}
          context={
            named.length < targets ? <To href={row.path}>{ctx.t('work.showAll', { n: targets })}</To> : undefined
          }
        >
          <Targets
            targets={named.map(({ why, ...target }) => ({
              ...target,
              note: why === undefined ? undefined : ctx.say(why),
            }))}
          />
        </PanelPart>
      )}
      <PanelPart title={ctx.t('work.rank')} context={ctx.fmt.number(total)}>
        <ul class="row">
          {rankParts.map((part) => (
            <li>
              {ctx.t(`work.rank.${part}`)}: <b>{ctx.fmt.number(rank[part])}</b>
            </li>
          ))}
        </ul>
        <p>
          <To href={paths.settings({ area: 'work' })}>{ctx.t('work.rank.settings')}</To>
        </p>
        {isUrgent ? <p>{ctx.t('work.rank.first')}</p> : null}
        {rankParts.reduce((sum, part) => sum + rank[part], 0) > total ? (
          <p>{ctx.t('work.rank.held', { n: total })}</p>
        ) : null}
      </PanelPart>
      <PanelActions>
        <p>{ctx.t(row.kind === 'second-person' ? 'work.thenSecond' : 'work.then')}</p>
        <div class="row">
          <MainAct ctx={ctx} shown={shown} />
          <ToThings ctx={ctx} shown={shown} isMain={shown.act === undefined} />
        </div>
        <AssignForm
          ctx={ctx}
          work={{ ...row, assignee: shown.assignee, accounts: shown.accounts }}
          errors={shown.errors}
        />
        <LaterForm ctx={ctx} shown={shown} />
      </PanelActions>
    </>
  );
};

/** An item beside the worklist; `shut` is the list without it. */
export const WorkPanel = ({
  ctx,
  shown,
  place,
  shut,
}: {
  ctx: Ctx;
  shown: ShownWork;
  place: PanelPlace;
  shut: string;
}) => (
  <SidePanel
    title={workTitle(ctx, shown.row)}
    state={<Status level={shown.row.level} />}
    place={place}
    page={paths.workItem(shown.row.id)}
    shut={toRow(shut, shown.row.id)}
  >
    <WorkParts ctx={ctx} shown={shown} />
  </SidePanel>
);

/** The same as a page. */
export const WorkItem = ({ ctx, shown, place }: { ctx: Ctx; shown: ShownWork; place: PanelPlace }) => (
  <Page
    ctx={ctx}
    title={workTitle(ctx, shown.row)}
    crumbs={[{ label: ctx.t('nav.work'), href: paths.work() }]}
    mark={<Status level={shown.row.level} />}
    actions={<PanelNav place={place} />}
  >
    <PanelPage title={workTitle(ctx, shown.row)}>
      <WorkParts ctx={ctx} shown={shown} />
    </PanelPage>
  </Page>
);
