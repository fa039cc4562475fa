import { Button, PostForm } from '../components/form.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import { ListFiles, NoMatch, swap } from '../components/list-tools.tsx';
import { column } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import { Tile, Tiles } from '../components/tile.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { ListState } from '../list.ts';
import { filterValues, listUrl } from '../list.ts';
import type { FieldErrors, Installation, PageOf, Reference, When } from '../model.ts';
import { paths } from '../paths.ts';
import { InstallationMark } from '../updates/updates.tsx';
import type { DeploymentRow } from './deployments.tsx';
import { DeploymentMark } from './deployments.tsx';
import { type Held, HeldNotes } from './held-notes.tsx';
import { type RingRow, Rings } from './rings.tsx';

export type TaskRow = {
  readonly id: string;
  readonly device: Reference;
  readonly update: Reference;
  readonly state: Installation;
  readonly at?: When | undefined;
  readonly attempt: number;
  readonly ring: number;
  /** Refusal or failure: an error code and the exit code. */
  readonly code?: string | undefined;
  /** What holds it back, and when its window opens. */
  readonly hold?:
    | { readonly code: string; readonly opensAt?: When | undefined; readonly expectedMinutes: number }
    | undefined;
  /** It was handed to an agent that asks for no permit. */
  readonly isUnasked: boolean;
  readonly exitCode?: number | undefined;
  /** The end of the output, for the open row. */
  readonly output?: string | undefined;
};

type DeploymentProps = {
  readonly ctx: Ctx;
  readonly deployment: DeploymentRow;
  readonly group?: Reference | undefined;
  readonly updates: readonly Reference[];
  readonly list: ListState;
  readonly tasks: PageOf<TaskRow>;
  readonly held: Held;
  readonly timeoutMinutes: number;
  /** None where all go at once. */
  readonly rings: readonly RingRow[];
  /** Why the reader cannot resume a rollout that is held; a code of `error.*`. */
  readonly hindrance?: string | undefined;
  readonly errors?: FieldErrors | undefined;
};

const states: readonly Installation[] = ['queued', 'running', 'installed', 'verified', 'failed', 'cancelled'];
const levels = {
  queued: 'waiting',
  running: 'running',
  installed: 'running',
  verified: 'done',
  failed: 'critical',
  cancelled: 'info',
} as const;

/** Why an order has not begun, in words. */
const holdText = (ctx: Ctx, { code, opensAt, expectedMinutes }: NonNullable<TaskRow['hold']>): string => {
  if (code === 'WINDOW_SHORT') return ctx.t('deployments.shortBy', { n: expectedMinutes });
  return opensAt === undefined
    ? ctx.tDynamic(`deployments.hold.${code}`)
    : ctx.t('deployments.holdUntil', { at: ctx.fmt.dateTime(opensAt) });
};

/** What came of an order, or holds it back. */
const Outcome = ({ ctx, row }: { ctx: Ctx; row: TaskRow }) => {
  const words = [
    ...(row.code === undefined ? [] : [ctx.tDynamic(`taskCode.${row.code}`, {}, '')]),
    ...(row.exitCode === undefined ? [] : [ctx.t('deployments.exitCode', { code: row.exitCode })]),
    ...(row.hold === undefined ? [] : [holdText(ctx, row.hold)]),
    ...(row.isUnasked ? [ctx.t('deployments.unasked')] : []),
  ];
  const code = row.code ?? row.hold?.code;
  if (words.length === 0) return '–';
  return (
    <>
      {words.join(', ')} {code === undefined ? null : <code translate="no">{code}</code>}
    </>
  );
};

/** One deployment, device by device. An installed update counts only when the next inventory shows it. */
export const Deployment = (props: DeploymentProps) => {
  const { ctx, deployment, group, updates, list, tasks } = props;
  return (
    <Page
      ctx={ctx}
      title={deployment.name}
      crumbs={[{ label: ctx.t('nav.deployments'), href: paths.deployments() }]}
      mark={<DeploymentMark ctx={ctx} state={deployment.state} />}
      refreshSeconds={deployment.state === 'running' ? 5 : undefined}
      sub={ctx.t('deployments.createdBy', {
        who: deployment.createdBy,
        at: ctx.fmt.dateTime(deployment.createdAt),
        timeout: props.timeoutMinutes,
      })}
      actions={
        <>
          <ListFiles list={list} csv={paths.deploymentCsv(deployment.id)} />
          {deployment.state === 'running' || deployment.state === 'held' ? (
            <PostForm action={paths.deploymentCancel(deployment.id)}>
              <Button kind="danger" needs="deployments:write">
                {ctx.t('deployments.cancel')}
              </Button>
            </PostForm>
          ) : null}
        </>
      }
    >
      {props.rings.length === 0 ? null : (
        <Rings id={deployment.id} rings={props.rings} hindrance={props.hindrance} errors={props.errors} />
      )}
      <Tiles>
        {states.map((state) => (
          <Tile
            level={levels[state]}
            word={ctx.t(`installation.${state}`)}
            n={deployment.tasks[state]}
            href={listUrl(list, { q: '', filters: [['state', state]] })}
          >
            {ctx.t(`installation.${state}.meaning`)}
          </Tile>
        ))}
      </Tiles>
      <p class="second">
        {ctx.t('nav.updates')}:{' '}
        {updates.map((update, index) => (
          <>
            {index === 0 ? null : ', '}
            <To href={paths.update(update.id)} translate="no">
              {update.name}
            </To>
          </>
        ))}
        {group === undefined ? null : (
          <>
            {'. '}
            {ctx.t('field.group')}: <To href={paths.devices({ group: group.id })}>{group.name}</To>
          </>
        )}
      </p>
      <HeldNotes ctx={ctx} held={props.held} />
      {deployment.lateAt === null ? null : (
        <p class="second">
          {ctx.t('deployments.lateAt', { at: ctx.fmt.dateTime(deployment.lateAt), n: deployment.late })}
        </p>
      )}
      <ListPanel<(typeof tasks.rows)[number]>
        list={list}
        page={tasks}
        tools={
          <nav class="seg" aria-label={ctx.t('field.state')}>
            <a {...swap(listUrl(list, { filters: [] }))} aria-current={list.filters.length === 0 ? 'true' : undefined}>
              {ctx.t('common.all')}
            </a>
            {states.map((state) => (
              <a
                {...swap(listUrl(list, { filters: [['state', state]] }))}
                aria-current={filterValues(list, 'state').includes(state) ? 'true' : undefined}
              >
                {ctx.t(`installation.${state}`)}
              </a>
            ))}
          </nav>
        }
        order={ctx.t('deployments.taskOrder')}
        nameOf={(row) => row.device.name}
        empty={<NoMatch list={list} />}
        table={{
          caption: ctx.t('deployments.tasks'),
          columns: [
            column('state', ctx.t('field.state'), { fit: true, rec: 'b' }, (row) => (
              <InstallationMark ctx={ctx} state={row.state} />
            )),
            column('device', ctx.t('field.device'), { rec: 'a' }, (row) => (
              <To class="name" href={paths.device(row.device.id)} translate="no">
                {row.device.name}
              </To>
            )),
            column('update', ctx.t('updates.update'), updates.length === 1 ? {} : { rec: 'c' }, (row) => (
              <To href={paths.update(row.update.id)} translate="no">
                {row.update.name}
              </To>
            )),
            // Of one update, which stands above the list, it is the second line of a narrow one.
            column('why', ctx.t('deployments.outcome'), updates.length === 1 ? { rec: 'c' } : {}, (row) => (
              <Outcome ctx={ctx} row={row} />
            )),
            ...(props.rings.length === 0
              ? []
              : [column('ring', ctx.t('rings.ring'), { num: true }, (row: TaskRow) => ctx.fmt.number(row.ring))]),
            column('attempt', ctx.t('deployments.attempt'), { num: true }, (row) => ctx.fmt.number(row.attempt)),
            column('at', ctx.t('common.time'), { rec: 'd', fit: true }, (row) =>
              row.at === undefined ? '–' : <Time at={row.at} />,
            ),
          ],
          open: (row) =>
            row.output === undefined || row.output === '' ? undefined : (
              <details>
                <summary>
                  <span class="link">{ctx.t('deployments.output')}</span>
                </summary>
                <pre translate="no">{row.output}</pre>
              </details>
            ),
        }}
      />
    </Page>
  );
};
