import {
  Button,
  ErrorSummary,
  mayNotDecide,
  PostForm,
  SelectField,
  TextField,
  withoutRight,
} from '../components/form.tsx';
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
  readonly id: string;
  readonly askedAt: When;
  readonly askedBy: string;
  readonly server: string | null;
  readonly reason: string | null;
  /** `proven`, or a code of `error.*`. */
  readonly answers: string | null;
  readonly although: string | null;
  readonly agreedBy?: string | undefined;
  readonly agreedAt: When | null;
  /** The device that goes alone, and for which the others wait. */
  readonly first?: Reference | undefined;
  /** Why the reader cannot agree; a code of `error.*`. */
  readonly hindrance?: string | undefined;
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

/** POST fields: csrf, server, group (an id, or `all`), reason, although. */
type AgentMovesProps = {
  readonly ctx: Ctx;
  readonly orders: readonly Order[];
  readonly groups: readonly Reference[];
  readonly values: {
    readonly server: string;
    readonly group: string;
    readonly reason: string;
    readonly although: string;
  };
  /** Nothing of this site answered at the address: it is asked why it is ordered all the same. */
  readonly notProven: boolean;
  readonly errors?: FieldErrors | undefined;
};

const MoveForm = ({ ctx, groups, values, errors, notProven }: Omit<AgentMovesProps, 'orders'>) => (
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
      {notProven ? (
        <TextField
          name="although"
          label={ctx.t('agentMoves.although')}
          hint={ctx.t('agentMoves.althoughHint')}
          value={values.although}
          maxLength={500}
        />
      ) : null}
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

const Decide = ({ ctx, order }: { ctx: Ctx; order: Order }) => {
  const { asked, held, queued } = order.states;
  if (asked === undefined && held === undefined && queued === undefined) return null;
  return (
    <PostForm action={paths.agentMoveDecide(order.id)} class="row">
      {asked === undefined ? null : (
        <Button
          name="action"
          value="agree"
          kind="primary"
          unavailable={
            order.hindrance === undefined
              ? withoutRight(ctx, 'devices:approve')
              : ctx.tDynamic(`error.${order.hindrance}`)
          }
        >
          {ctx.t('agentMoves.agree')}
        </Button>
      )}
      <Button name="action" value="refuse" unavailable={mayNotDecide(ctx, 'devices')}>
        {ctx.t('agentMoves.refuse')}
      </Button>
    </PostForm>
  );
};

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
      {order.answers === null ? null : (
        <p>
          <Status level={order.answers === 'proven' ? 'done' : 'warning'}>
            {order.answers === 'proven' ? ctx.t('agentMoves.proven') : ctx.t('agentMoves.unproven')}
          </Status>{' '}
          <Time at={order.askedAt} />
          {order.although === null ? null : (
            <>
              . {ctx.tDynamic(`error.${order.answers}`, {}, order.answers)}. {ctx.t('agentMoves.although')}:{' '}
              {order.although}
            </>
          )}
        </p>
      )}
      {order.first === undefined ? null : <p>{ctx.t('agentMoves.first', { device: order.first.name })}</p>}
      {order.agreedBy === undefined || order.agreedAt === null ? null : (
        <p class="second">
          {ctx.t('agentMoves.agreedBy')}: <span translate="no">{order.agreedBy}</span>, <Time at={order.agreedAt} />
        </p>
      )}
      <Decide ctx={ctx} order={order} />
    </div>
    {order.open.length === 0 ? null : (
      <DataTable<(typeof order.open)[number]>
        caption={`${ctx.t('agentMoves.open')}: ${order.server ?? ''} (${order.id})`}
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
          although: ctx.t('agentMoves.although'),
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
