import { ApproveField, GroupField, ServerField } from '../add-device/token-fields.tsx';
import { AreaField, Button, ErrorSummary, Hidden, LinkButton, PostForm, TextField } from '../components/form.tsx';
import { Empty, Facts, Notice, Panel } from '../components/panel.tsx';
import { Status } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, Reference, When } from '../model.ts';
import { paths } from '../paths.ts';

const lookAgainSeconds = 5;

type Run = {
  readonly id: number;
  readonly address: string;
  readonly fingerprint: string;
  readonly startedAt: When;
  readonly endedAt: When | null;
  readonly step: string;
  readonly sentBytes: number;
  readonly totalBytes: number;
  readonly code: string | null;
  /** English, what the other side wrote. */
  readonly message: string | null;
  readonly token: string | null;
};

/** POST fields: csrf, address, action (`look`, `start`), hostKey, user, password, key, server, group, approve. */
export type AgentPushProps = {
  readonly ctx: Ctx;
  readonly values: {
    readonly address: string;
    readonly user: string;
    readonly server: string;
    readonly group: string;
    readonly approve: 'manual' | 'auto';
  };
  /** Where it is allowed; empty: nowhere. */
  readonly ranges: readonly string[];
  readonly port: number;
  readonly servers: readonly string[];
  readonly groups: readonly Reference[];
  readonly packages: readonly { readonly name: string; readonly sizeBytes: number }[];
  readonly runs: readonly Run[];
  /** What the computer proves itself by, once it was looked at. */
  readonly keys?: readonly { readonly type: string; readonly fingerprint: string }[];
  readonly errors?: FieldErrors;
  /** Code of what kept from looking. */
  readonly fault?: string;
};

const WhichComputer = ({ ctx, values, ranges, port, fault, errors }: AgentPushProps) => (
  <Panel title={ctx.t('agentPush.computer')} span={5} body>
    <p class="second">
      {ranges.length === 0
        ? ctx.t('agentPush.noRanges')
        : ctx.t('agentPush.ranges', { ranges: ranges.join(', '), port })}{' '}
      <a href={paths.settings({ area: 'devices' })}>{ctx.t('agentPush.settings')}</a>
    </p>
    {fault === undefined ? null : (
      <div role="alert">
        <Notice level="critical" title={ctx.t('agentPush.notLooked')}>
          {ctx.tDynamic(`error.${fault}`)}
        </Notice>
      </div>
    )}
    <PostForm action={paths.agentPush()} class="form" errors={errors}>
      <TextField
        name="address"
        label={ctx.t('common.address')}
        placeholder="10.20.0.15"
        value={values.address}
        maxLength={64}
        spellcheck={false}
      />
      <div class="row">
        <Button name="action" value="look" needs="accounts:write">
          {ctx.t('agentPush.look')}
        </Button>
      </div>
    </PostForm>
  </Panel>
);

const LogIn = ({ ctx, values, servers, groups, keys = [], errors }: AgentPushProps) => {
  const [best] = keys;
  if (best === undefined) return null;
  return (
    <Panel title={ctx.t('agentPush.compare')} span={7} body>
      <Facts rows={keys.map(({ type, fingerprint }) => [type, <code translate="no">{fingerprint}</code>] as const)} />
      <p class="second">{ctx.t('agentPush.compareWhy')}</p>
      <pre class="sunk" translate="no">
        <code>ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub</code>
      </pre>
      <p class="second">{ctx.t('agentPush.onceWhy')}</p>
      <PostForm action={paths.agentPush()} class="form" errors={errors}>
        <Hidden
          fields={[
            ['address', values.address],
            ['hostKey', best.fingerprint],
          ]}
        />
        <TextField
          name="user"
          label={ctx.t('agentPush.user')}
          hint={ctx.t('agentPush.userHint')}
          value={values.user}
          maxLength={64}
          autocomplete="off"
          spellcheck={false}
        />
        <TextField
          name="password"
          type="password"
          label={ctx.t('common.password')}
          hint={ctx.t('agentPush.passwordHint')}
          maxLength={1_000}
          autocomplete="off"
        />
        <AreaField name="key" label={ctx.t('agentPush.key')} hint={ctx.t('agentPush.keyHint')} maxLength={16_384} />
        <ServerField ctx={ctx} value={values.server} servers={servers} />
        <GroupField ctx={ctx} value={values.group} groups={groups} />
        <ApproveField ctx={ctx} value={values.approve} />
        <div class="row">
          <Button kind="primary" name="action" value="start" needs="devices:write">
            {ctx.t('agentPush.start')}
          </Button>
        </div>
      </PostForm>
    </Panel>
  );
};

const stateOf = (ctx: Ctx, { endedAt, step, code, sentBytes, totalBytes }: Run) => {
  if (endedAt === null)
    return (
      <Status level="running">
        {ctx.tDynamic(`agentPush.step.${step}`)}
        {totalBytes === 0 ? '' : ` ${ctx.fmt.bytes(sentBytes)} / ${ctx.fmt.bytes(totalBytes)}`}
      </Status>
    );
  return code === null ? (
    <Status level="ok">{ctx.t('agentPush.step.done')}</Status>
  ) : (
    <Status level="critical">{ctx.tDynamic(`agentPush.code.${code}`)}</Status>
  );
};

const Runs = ({ ctx, runs }: AgentPushProps) => (
  <Panel title={ctx.t('agentPush.runs')} span={12}>
    {runs.length === 0 ? (
      <Empty title={ctx.t('agentPush.noRuns')} />
    ) : (
      <DataTable<(typeof runs)[number]>
        caption={ctx.t('agentPush.runs')}
        records="labelled"
        rows={runs}
        columns={[
          column('address', ctx.t('common.address'), { head: true }, ({ address }) => (
            <span translate="no">{address}</span>
          )),
          column('at', ctx.t('agentPush.startedAt'), ({ startedAt }) => <Time at={startedAt} />),
          { key: 'state', label: ctx.t('field.state'), cell: (run) => stateOf(ctx, run) },
          column('what', ctx.t('agentPush.what'), { any: true }, ({ message, token }) =>
            message === null ? (
              token === null ? (
                '–'
              ) : (
                <a href={paths.deviceArrivals(token)}>{ctx.t('add.waitFor')}</a>
              )
            ) : (
              <span lang="en">{message}</span>
            ),
          ),
        ]}
      />
    )}
  </Panel>
);

const Packages = ({ ctx, packages }: AgentPushProps) => (
  <Panel title={ctx.t('agentPush.packages')} span={12} body>
    {packages.length === 0 ? (
      <>
        <p>{ctx.t('agentPush.noPackages')}</p>
        <pre class="sunk" translate="no">
          <code>sallyport agent packages take sallyport-VERSION.release.tar</code>
        </pre>
      </>
    ) : (
      <div class="row">
        {packages.map(({ name, sizeBytes }) => (
          <LinkButton href={paths.agentPackage(name)} download>
            {name} ({ctx.fmt.bytes(sizeBytes)})
          </LinkButton>
        ))}
      </div>
    )}
  </Panel>
);

/** The agent onto a computer over SSH, the runs, and the packages that lie here. */
export const AgentPush = (props: AgentPushProps) => {
  const { ctx, runs, errors } = props;
  const isRunning = runs.some(({ endedAt }) => endedAt === null);
  return (
    <Page
      ctx={ctx}
      title={ctx.t('agentPush.title')}
      crumbs={[
        { label: ctx.t('nav.devices'), href: paths.devices() },
        { label: ctx.t('add.title'), href: paths.deviceAdd() },
      ]}
      sub={ctx.t('agentPush.sub')}
      {...(isRunning && props.keys === undefined ? { refreshSeconds: lookAgainSeconds } : {})}
    >
      <ErrorSummary
        errors={errors}
        labels={{
          address: ctx.t('common.address'),
          user: ctx.t('agentPush.user'),
          password: ctx.t('common.password'),
          key: ctx.t('agentPush.key'),
          server: ctx.t('add.server'),
          group: ctx.t('field.group'),
          approve: ctx.t('common.approval'),
        }}
      />
      <div class="grid">
        <WhichComputer {...props} />
        <LogIn {...props} />
        <Runs {...props} />
        <Packages {...props} />
      </div>
    </Page>
  );
};
