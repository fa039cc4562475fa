import { Button, ErrorSummary, PostForm, SelectField, TextField } from '../components/form.tsx';
import { Empty, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, Reference, When } from '../model.ts';
import { paths } from '../paths.ts';
import { type DeviceTaskState, taskLevels } from './device-tasks.tsx';

type Order = {
  readonly askedAt: When;
  readonly askedBy: string;
  readonly server: string | null;
  readonly reason: string | null;
  readonly states: Readonly<Partial<Record<DeviceTaskState, number>>>;
  /** Devices that have not moved. */
  readonly open: readonly {
    readonly device: Reference;
    readonly state: DeviceTaskState;
    readonly code?: string | undefined;
    /** English, what the agent says. */
    readonly output?: string | undefined;
  }[];
};

/** POST fields: csrf, server, group (an id, or `all`), reason. */
type AgentMovesProps = {
  readonly ctx: Ctx;
  readonly orders: readonly Order[];
  readonly groups: readonly Reference[];
  readonly values: { readonly server: string; readonly group: string; readonly reason: string };
  readonly errors?: FieldErrors | undefined;
};

const MoveForm = ({ ctx, groups, values, errors }: Omit<AgentMovesProps, 'orders'>) => (
  <Panel title={ctx.t('agentMoves.order')} body>
    <p class="second">{ctx.t('agentMoves.why')}</p>
    <PostForm action={paths.agentMoves()} class="form" errors={errors}>
      <TextField
        name="server"
        label={ctx.t('agentMoves.server')}
        hint={ctx.t('agentMoves.serverHint')}
        placeholder="https://10.20.0.6"
        value={values.server}
        maxLength={512}
        spellcheck={false}
      />
      <SelectField
        name="group"
        label={ctx.t('common.devices')}
        hint={ctx.t('agentMoves.devicesHint')}
        value={values.group}
        options={[
          { value: '', label: ctx.t('agentMoves.choose') },
          ...groups.map(({ id, name }) => ({ value: id, label: name })),
          { value: 'all', label: ctx.t('agentMoves.all') },
        ]}
      />
      <TextField name="reason" label={ctx.t('field.reason')} value={values.reason} maxLength={500} />
      <div>
        <Button kind="primary" needs="devices:write">
          {ctx.t('agentMoves.do')}
        </Button>
      </div>
    </PostForm>
  </Panel>
);

const States = ({ ctx, states }: { ctx: Ctx; states: Order['states'] }) => (
  <ul>
    {Object.entries(states).map(([state, devices]) => (
      <li>
        <Status level={taskLevels[state as DeviceTaskState]}>
          {ctx.tDynamic(`deviceTasks.state.${state}`)}: {ctx.fmt.number(devices)}
        </Status>
      </li>
    ))}
  </ul>
);

const OneOrder = ({ ctx, order }: { ctx: Ctx; order: Order }) => (
  <Panel
    title={<span translate="no">{order.server ?? ctx.t('deviceTasks.kind.unknown')}</span>}
    context={
      <>
        <span translate="no">{order.askedBy}</span>, <Time at={order.askedAt} />
      </>
    }
    foot={order.reason ?? undefined}
  >
    <div class="body">
      <States ctx={ctx} states={order.states} />
    </div>
    {order.open.length === 0 ? null : (
      <DataTable<(typeof order.open)[number]>
        caption={ctx.t('agentMoves.open')}
        records="labelled"
        rows={order.open}
        columns={[
          column('device', ctx.t('field.device'), { head: true }, ({ device }) => (
            <To href={paths.deviceTab(device.id, 'tasks')} translate="no">
              {device.name}
            </To>
          )),
          column('state', ctx.t('field.state'), ({ state }) => (
            <Status level={taskLevels[state]}>{ctx.tDynamic(`deviceTasks.state.${state}`)}</Status>
          )),
          column('why', ctx.t('agentMoves.agentTold'), { any: true }, ({ code, output }) =>
            code === undefined ? (
              '–'
            ) : (
              <>
                {ctx.tDynamic(`taskCode.${code}`, {}, code)} <span lang="en">{output}</span>
              </>
            ),
          ),
        ]}
      />
    )}
  </Panel>
);

/** Orders that take agents to another address, and what became of them. */
export const AgentMoves = (props: AgentMovesProps) => {
  const { ctx, orders, errors } = props;
  return (
    <Page
      ctx={ctx}
      title={ctx.t('agentMoves.title')}
      crumbs={[{ label: ctx.t('nav.devices'), href: paths.devices() }]}
      sub={ctx.t('agentMoves.sub')}
    >
      <ErrorSummary
        errors={errors}
        labels={{
          server: ctx.t('agentMoves.server'),
          group: ctx.t('common.devices'),
          reason: ctx.t('field.reason'),
        }}
      />
      <MoveForm {...props} />
      {orders.length === 0 ? (
        <Panel>
          <Empty title={ctx.t('agentMoves.none')} />
        </Panel>
      ) : (
        orders.map((order) => <OneOrder ctx={ctx} order={order} />)
      )}
    </Page>
  );
};
