import { Button, ErrorSummary, Hidden, LinkButton, PostForm, SelectField, TextField } from '../components/form.tsx';
import { Facts, Notice, Panel } from '../components/panel.tsx';
import { Hash, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { FieldErrors, Reference } from '../model.ts';
import { paths } from '../paths.ts';
import { ApproveField, GroupField, ServerField } from './token-fields.tsx';

const clientNames = ['agent', 'osquery', 'glpi-agent', 'fusioninventory', 'ocsinventory'] as const;
const systemNames = ['debian', 'rhel', 'windows', 'macos'] as const;
type ClientName = (typeof clientNames)[number];
type SystemName = (typeof systemNames)[number];

/** POST fields: csrf, client, system, server, group, uses, days, approve, ranges; with `secret` no new token is made. */
export type AddDeviceProps = {
  readonly ctx: Ctx;
  readonly values: {
    readonly client: ClientName;
    readonly system: SystemName;
    readonly server: string;
    readonly group: string;
    readonly uses: string;
    readonly days: string;
    readonly approve: 'manual' | 'auto';
    readonly ranges: string;
  };
  readonly servers: readonly string[];
  readonly groups: readonly Reference[];
  readonly caFingerprint: string;
  /** Our own agent compares the CA and the trust root; null while the site has no root. */
  readonly siteFingerprint: string | null;
  readonly made?: {
    readonly secret: string;
    /** Id of the token. */
    readonly token: string;
    readonly files: readonly string[];
    /** What the client is told, to be read and copied. */
    readonly settings: { readonly name: string; readonly text: string } | undefined;
    readonly commands: readonly {
      readonly what: 'place' | 'configure' | 'install' | 'once';
      readonly line: string;
    }[];
  };
  readonly errors?: FieldErrors | undefined;
};

/** Client, system and address: what a kit is made for. */
const ForWhat = ({ ctx, values, servers }: Pick<AddDeviceProps, 'ctx' | 'values' | 'servers'>) => (
  <>
    <SelectField
      name="client"
      label={ctx.t('common.client')}
      hint={ctx.t('add.clientHint')}
      value={values.client}
      options={clientNames.map((value) => ({ value, label: ctx.t(`add.client.${value}`) }))}
    />
    <SelectField
      name="system"
      label={ctx.t('add.system')}
      value={values.system}
      options={systemNames.map((value) => ({ value, label: ctx.t(`add.system.${value}`) }))}
    />
    <ServerField ctx={ctx} value={values.server} servers={servers} hint={ctx.t('add.serverHint')} />
  </>
);

const NewToken = (props: AddDeviceProps) => {
  const { ctx, values, errors } = props;
  return (
    <Panel title={ctx.t('add.tokenTitle')} span={7} body>
      <p class="second">{ctx.t('add.tokenWhy')}</p>
      <PostForm action={paths.deviceAdd()} class="form" errors={errors}>
        <ForWhat {...props} />
        <GroupField ctx={ctx} value={values.group} groups={props.groups} />
        <TextField
          name="uses"
          type="number"
          label={ctx.t('add.uses')}
          hint={ctx.t('add.usesHint')}
          value={values.uses}
          min={1}
          max={1_000_000}
        />
        <TextField
          name="days"
          type="number"
          label={ctx.t('add.days')}
          hint={ctx.t('add.daysHint')}
          value={values.days}
          min={1}
          max={3_650}
        />
        <ApproveField ctx={ctx} value={values.approve} />
        <TextField
          name="ranges"
          label={ctx.t('add.ranges')}
          hint={ctx.t('add.rangesHint')}
          value={values.ranges}
          maxLength={1_000}
          spellcheck={false}
        />
        <div class="row">
          <Button kind="primary" needs="accounts:write">
            {ctx.t('add.make')}
          </Button>
          <LinkButton href={paths.agentPush()}>{ctx.t('agentPush.title')}</LinkButton>
        </div>
      </PostForm>
    </Panel>
  );
};

const Kit = (props: AddDeviceProps & { made: NonNullable<AddDeviceProps['made']> }) => {
  const { ctx, values, made } = props;
  const kept: readonly (readonly [string, string])[] = [
    ['secret', made.secret],
    ['client', values.client],
    ['system', values.system],
    ['server', values.server],
  ];
  return (
    <>
      <Panel
        title={ctx.t('add.filesTitle', {
          client: ctx.t(`add.client.${values.client}`),
          system: ctx.t(`add.system.${values.system}`),
        })}
        span={7}
        body
      >
        <p>{ctx.t('add.filesWhy')}</p>
        <PostForm action={paths.deviceAddFile()} again>
          <Hidden fields={kept} />
          <div class="row">
            {made.files.map((name) => (
              <Button name="file" value={name}>
                {name}
              </Button>
            ))}
          </div>
        </PostForm>
        {made.settings === undefined ? null : (
          <details>
            <summary translate="no">{made.settings.name}</summary>
            <pre class="sunk" translate="no">
              <code>{made.settings.text}</code>
            </pre>
          </details>
        )}
        <h3>{ctx.t('add.commandsTitle')}</h3>
        <ol class="stack">
          {made.commands.map(({ what, line }, at) => (
            <li>
              {ctx.t(`add.command.${what}`)}
              <pre class="sunk" translate="no">
                <code id={`line-${at}`}>{line}</code>
              </pre>
              <button
                type="button"
                class="btn sm needs-js"
                data-copy={`#line-${at}`}
                data-done={ctx.t('common.copied')}
                aria-describedby={`line-${at}`}
              >
                {ctx.t('common.copy')}
              </button>
            </li>
          ))}
        </ol>
        {values.client === 'agent' ? (
          <p>
            <To href={paths.agentPush()}>{ctx.t('agentPush.packages')}</To>
          </p>
        ) : null}
        <div class="row">
          <LinkButton href={paths.deviceArrivals(made.token)} kind="primary">
            {ctx.t('add.waitFor')}
          </LinkButton>
        </div>
      </Panel>
      <Panel title={ctx.t('add.otherTitle')} span={5} body>
        <p class="second">{ctx.t('add.otherWhy')}</p>
        <PostForm action={paths.deviceAdd()} class="form">
          <Hidden fields={[['secret', made.secret]]} />
          <ForWhat {...props} />
          <div class="row">
            <Button>{ctx.t('add.otherShow')}</Button>
          </div>
        </PostForm>
      </Panel>
    </>
  );
};

const unixFingerprint = 'openssl x509 -in ca.pem -noout -fingerprint -sha256';
/** Windows has no openssl. */
const windowsFingerprint =
  "$ca = New-Object Security.Cryptography.X509Certificates.X509Certificate2 (Resolve-Path ca.pem).Path; [BitConverter]::ToString([Security.Cryptography.SHA256]::Create().ComputeHash($ca.RawData)).Replace('-', '').ToLower()";

/** Choose a client and a system, make a token, take away what the device needs. */
export const AddDevice = (props: AddDeviceProps) => {
  const { ctx, made, values, errors, siteFingerprint } = props;
  const labels = {
    client: ctx.t('common.client'),
    system: ctx.t('add.system'),
    server: ctx.t('add.server'),
    group: ctx.t('field.group'),
    uses: ctx.t('add.uses'),
    days: ctx.t('add.days'),
    approve: ctx.t('common.approval'),
    ranges: ctx.t('add.ranges'),
  };
  return (
    <Page
      ctx={ctx}
      title={ctx.t('add.title')}
      crumbs={[{ label: ctx.t('nav.devices'), href: paths.devices() }]}
      sub={ctx.t('add.sub')}
    >
      <ErrorSummary errors={errors} labels={labels} />
      {siteFingerprint !== null ? null : (
        <Notice level="warning" title={ctx.t('add.noRoot')}>
          {ctx.t('add.noRootWhy')} <To href={paths.introduction()}>{ctx.t('intro.title')}</To>
        </Notice>
      )}
      {made === undefined ? null : (
        <Notice level="running" title={ctx.t('add.onceTitle')}>
          {ctx.t('add.onceWhy')}
        </Notice>
      )}
      <div class="grid">
        {made === undefined ? <NewToken {...props} /> : <Kit {...props} made={made} />}
        <Panel title={ctx.t('add.compareTitle')} span={made === undefined ? 5 : 12} body>
          <Facts
            rows={[
              ...(made === undefined
                ? []
                : [
                    [
                      ctx.t('add.secret'),
                      <code id="secret" translate="no">
                        {made.secret}
                      </code>,
                    ] as const,
                  ]),
              [ctx.t('add.caFingerprint'), <Hash value={props.caFingerprint} />],
            ]}
          />
          <p class="second">{values.client === 'agent' ? ctx.t('add.compareAgent') : ctx.t('add.compareOther')}</p>
          {values.client === 'agent' ? null : (
            <pre class="sunk" translate="no">
              <code>{values.system === 'windows' ? windowsFingerprint : unixFingerprint}</code>
            </pre>
          )}
        </Panel>
      </div>
    </Page>
  );
};
