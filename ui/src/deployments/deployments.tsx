import { LinkButton } from '../components/form.tsx';
import { KindLinks } from '../components/kind-links.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import { Empty } from '../components/panel.tsx';
import { Progress } from '../components/progress.tsx';
import { Status } from '../components/status.tsx';
import { column } from '../components/table.tsx';
import { Count, Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { ListState } from '../list.ts';
import type { PageOf, When } from '../model.ts';
import { paths } from '../paths.ts';

type DeploymentState = 'running' | 'held' | 'finished' | 'failed' | 'cancelled';

export type DeploymentRow = {
  readonly id: string;
  readonly name: string;
  readonly state: DeploymentState;
  readonly createdAt: When;
  readonly createdBy: string;
  readonly updates: number;
  readonly devices: number;
  /** When an order that has not ended is late; null: it has no deadline. */
  readonly lateAt: When | null;
  readonly late: number;
  readonly tasks: {
    readonly queued: number;
    readonly running: number;
    readonly failed: number;
    readonly installed: number;
    readonly verified: number;
    readonly cancelled: number;
  };
};

type DeploymentsProps = { readonly ctx: Ctx; readonly list: ListState; readonly page: PageOf<DeploymentRow> };

const levels = {
  running: 'running',
  held: 'critical',
  finished: 'done',
  failed: 'critical',
  cancelled: 'info',
} as const;

/** The state of a deployment as a whole. */
export const DeploymentMark = ({ ctx, state }: { ctx: Ctx; state: DeploymentState }) => (
  <Status level={levels[state]}>{ctx.t(`deployments.state.${state}`)}</Status>
);

/** All its tasks. */
const taskTotal = (tasks: DeploymentRow['tasks']): number =>
  tasks.queued + tasks.running + tasks.failed + tasks.installed + tasks.verified + tasks.cancelled;

/** Newest first. */
export const Deployments = ({ ctx, list, page }: DeploymentsProps) => (
  <Page
    ctx={ctx}
    title={ctx.t('nav.deployments')}
    sub={ctx.t('deployments.sub')}
    refreshSeconds={page.rows.some((row) => row.state === 'running') ? 10 : undefined}
    actions={
      <LinkButton kind="primary" href={paths.updates({ deployable: 'true' })}>
        {ctx.t('deployments.chooseUpdates')}
      </LinkButton>
    }
  >
    <KindLinks page="deployments" />
    <ListPanel<(typeof page.rows)[number]>
      list={list}
      page={page}
      filters={[]}
      search={ctx.t('field.name')}
      order={ctx.t('common.newestFirst')}
      nameOf={(row) => row.name}
      empty={<Empty title={ctx.t('deployments.none')}>{ctx.t('deployments.noneWhy')}</Empty>}
      table={{
        caption: ctx.t('nav.deployments'),
        columns: [
          column('state', ctx.t('field.state'), { fit: true, rec: 'b' }, (row) => (
            <DeploymentMark ctx={ctx} state={row.state} />
          )),
          column('name', ctx.t('field.name'), { rec: 'a' }, (row) => (
            <To class="name" href={paths.deployment(row.id)}>
              {row.name}
            </To>
          )),
          column('createdAt', ctx.t('deployments.created'), { rec: 'c' }, (row) => <Time at={row.createdAt} />),
          column('createdBy', ctx.t('deployments.by'), (row) => <span translate="no">{row.createdBy}</span>),
          column('updates', ctx.t('nav.updates'), { num: true }, (row) => (
            <Count n={row.updates} href={paths.deployment(row.id)} />
          )),
          column('devices', ctx.t('nav.devices'), { num: true }, (row) => (
            <Count n={row.devices} href={paths.deployment(row.id)} />
          )),
          column('done', ctx.t('installation.verified'), { num: true, rec: 'd' }, (row) =>
            ctx.t('deployments.doneOf', { done: row.tasks.verified, total: taskTotal(row.tasks) }),
          ),
          column('failed', ctx.t('installation.failed'), { num: true }, (row) =>
            row.tasks.failed === 0 ? (
              <span class="dim">0</span>
            ) : (
              <To class="crit" href={`${paths.deployment(row.id)}?state=failed`}>
                {ctx.fmt.number(row.tasks.failed)}
              </To>
            ),
          ),
          column('bar', <span class="vh">{ctx.t('common.progress')}</span>, { hideNarrow: true }, (row) => (
            <Progress label={row.name} done={row.tasks.verified} total={taskTotal(row.tasks)} />
          )),
        ],
      }}
    />
  </Page>
);
