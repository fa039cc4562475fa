import type { ChangeRow } from '../components/changes.tsx';
import { Changes } from '../components/changes.tsx';
import { CoveragePanel, type CoverageView } from '../components/coverage.tsx';
import type { DeviceHead, DeviceTab } from '../components/device-frame.tsx';
import { DeviceFrame } from '../components/device-frame.tsx';
import { Button, LinkButton, PostForm } from '../components/form.tsx';
import { Empty, Facts, Panel } from '../components/panel.tsx';
import { Status, Tag } from '../components/status.tsx';
import { column, DataTable } from '../components/table.tsx';
import { Age, Count, Hash, Time, To, ValueText, valueText } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { withQuery } from '../list.ts';
import type { FieldType, KnownCount, Level, Message, Reference, Value, ValueUnit, When } from '../model.ts';
import { paths } from '../paths.ts';
import { DeviceTags, type DeviceTagView, HeldByRule } from './device-tags.tsx';

export type Fact = {
  /** `collection.<collection>.field.<field>`; an entered one is `kind.device-decision.field.<field>`. */
  readonly label: string;
  readonly value: Value;
  readonly type: FieldType;
  readonly unit?: ValueUnit;
  /** Which source or who entered it: a key `source.<source>` or a name. */
  readonly source: string;
  readonly at: When | null;
  readonly level?: 'critical' | 'warning';
  /** Superseded values. */
  readonly others?: readonly { readonly value: Value; readonly source: string; readonly at: When | null }[];
};

export type FactGroup = { readonly title: Message; readonly facts: readonly Fact[] };

type DeviceProps = {
  readonly ctx: Ctx;
  readonly device: DeviceHead;
  readonly tabs: readonly DeviceTab[];
  readonly groups: readonly FactGroup[];
  /** Collections with personal rows: only their number, the rows open on their tab. */
  readonly personal: readonly { readonly collection: string; readonly count: number }[];
  /** The reasons of its status, the worst first; `since`: when a look first found it, where that is known. */
  readonly why: readonly Reason[];
  /** As its tabs have them. */
  readonly numbers: { readonly findings: KnownCount; readonly updates: KnownCount };
  readonly coverage: CoverageView;
  readonly changes: readonly ChangeRow[];
  readonly description?: string;
  readonly tags: readonly DeviceTagView[];
  /** The moving rule that keeps the device in its group. */
  readonly held?: { readonly rule: string; readonly name: string; readonly group: string } | undefined;
  readonly showOthers: boolean;
  readonly certificate?: { readonly fingerprint: string; readonly notAfter: When };
  /** Its clients, those in use first. */
  readonly clients: readonly ClientRow[];
  /** Updates that are here and approved for this device. */
  readonly deployable: readonly Reference[];
};

type Reason = { readonly level: Level; readonly message: Message; readonly href?: string; readonly since?: When };

type ClientRow = {
  readonly source: string;
  readonly agent: string;
  readonly state: string;
  readonly address: string | null;
  readonly lastSeenAt: When | null;
};

type Line = Fact & { readonly group: string };

const FactTable = ({ ctx, groups, showOthers }: Pick<DeviceProps, 'ctx' | 'groups' | 'showOthers'>) => {
  const lines: Line[] = groups.flatMap((group) =>
    group.facts.map((fact) => ({ ...fact, group: ctx.say(group.title) })),
  );
  return (
    <DataTable<(typeof lines)[number]>
      caption={ctx.t('devices.facts')}
      rows={lines}
      group={(line) => line.group}
      columns={[
        column('fact', ctx.t('devices.fact'), (line) => <span class="second">{ctx.tDynamic(line.label)}</span>),
        column('value', ctx.t('devices.value'), { any: true }, (line) =>
          line.level === undefined ? (
            <ValueText value={line.value} type={line.type} unit={line.unit} />
          ) : (
            <Status level={line.level}>{valueText(ctx, line.value, line.type, line.unit)}</Status>
          ),
        ),
        column('source', ctx.t('common.source'), { hideNarrow: true, fit: true }, (line) => (
          <span class="second">{ctx.tDynamic(line.source, {}, line.source)}</span>
        )),
        column('age', ctx.t('common.age'), { num: true }, (line) => (
          <span class="second">
            <Age at={line.at} />
          </span>
        )),
      ]}
      open={(line) =>
        showOthers && line.others !== undefined && line.others.length > 0 ? (
          <ul class="small second">
            {line.others.map((other) => (
              <li>
                {ctx.tDynamic(other.source, {}, other.source)}:{' '}
                <ValueText value={other.value} type={line.type} unit={line.unit} />, <Age at={other.at} />
              </li>
            ))}
          </ul>
        ) : undefined
      }
    />
  );
};

const isNone = (n: KnownCount): boolean => n === 0;

/** What is wrong with it and how much is open: each number leads to its rows, and "nothing" is said of what was judged alone. */
const Wrong = ({ ctx, device, why, numbers }: Pick<DeviceProps, 'ctx' | 'device' | 'why' | 'numbers'>) => {
  const { findings, updates } = numbers;
  const numberOf = (n: KnownCount, tab: string) =>
    typeof n === 'number' ? (
      <Count n={n} href={paths.deviceTab(device.id, tab)} />
    ) : (
      <To href={paths.deviceTab(device.id, tab)}>{ctx.t(`coverage.${n}`)}</To>
    );
  return (
    <Panel
      title={ctx.t('devices.why')}
      context={why.length > 1 ? ctx.t('devices.whyCount', { n: why.length }) : undefined}
    >
      {why.length === 0 ? (
        <div class="body">
          <p class="second">{ctx.t(isNone(findings) && isNone(updates) ? 'devices.whyOk' : 'devices.whyNone')}</p>
        </div>
      ) : (
        <DataTable<Reason>
          caption={ctx.t('devices.why')}
          rows={why}
          columns={[
            column('reason', ctx.t('condition.field.reason'), { head: true, any: true }, ({ level, message, href }) => (
              <Status level={level}>
                {href === undefined ? ctx.say(message) : <To href={href}>{ctx.say(message)}</To>}
              </Status>
            )),
            column('since', ctx.t('devices.reasonSince'), { num: true }, ({ since }) => (
              <span class="second">
                <Age at={since} />
              </span>
            )),
          ]}
        />
      )}
      <div class="body">
        <Facts
          rows={[
            [ctx.t('devices.openFindings'), numberOf(findings, 'findings')],
            [ctx.t('devices.neededUpdates'), numberOf(updates, 'updates')],
          ]}
        />
      </div>
    </Panel>
  );
};

const Personal = ({ ctx, device, personal }: Pick<DeviceProps, 'ctx' | 'device' | 'personal'>) =>
  personal.length === 0 ? null : (
    <Panel title={ctx.t('devices.personalTitle')} body>
      {personal.map((one) => (
        <PostForm action={paths.devicePersonal(device.id, one.collection)} class="row">
          <span class={one.count === 0 ? 'dim' : undefined}>
            {ctx.tDynamic(`collection.${one.collection}.title`)}: {ctx.fmt.number(one.count)}
          </span>
          <Tag>{ctx.t('common.personal')}</Tag>
          {one.count === 0 ? null : (
            <button type="submit" class="link">
              {ctx.t('devices.showRecorded')}
            </button>
          )}
        </PostForm>
      ))}
    </Panel>
  );

const Clients = ({ ctx, clients }: Pick<DeviceProps, 'ctx' | 'clients'>) => (
  <Panel title={ctx.t('records.clients')}>
    {clients.length === 0 ? (
      <div class="body">
        <p class="second">{ctx.t('records.noClients')}</p>
      </div>
    ) : (
      <DataTable<(typeof clients)[number]>
        caption={ctx.t('records.clients')}
        rows={clients}
        columns={[
          column('client', ctx.t('common.client'), { head: true, any: true }, (row) => (
            <>
              {ctx.tDynamic(`source.${row.source}`)} <span translate="no">{row.agent}</span>
              {row.address === null ? null : (
                <span class="second" translate="no">
                  {' '}
                  {row.address}
                </span>
              )}
            </>
          )),
          column('state', ctx.t('field.state'), (row) => ctx.tDynamic(`records.s.${row.state}`)),
          column('seen', ctx.t('records.clientSeen'), { num: true }, (row) => <Age at={row.lastSeenAt} />),
        ]}
      />
    )}
  </Panel>
);

const EndOfDevice = ({ ctx, device }: Pick<DeviceProps, 'ctx' | 'device'>) =>
  device.state === 'revoked' || device.state === 'discovered' ? (
    <PostForm action={paths.deviceForget(device.id)}>
      <Button small kind="danger" needs="devices:write">
        {ctx.t('records.forget')}
      </Button>
    </PostForm>
  ) : (
    <PostForm action={paths.deviceRevoke(device.id)}>
      <Button small kind="danger" needs="devices:write">
        {ctx.t('devices.revoke')}
      </Button>
    </PostForm>
  );

/** Left: what is wrong, then facts with source and age, superseded values one click away. Right: by what it is judged, what changed. */
export const Device = (props: DeviceProps) => {
  const { ctx, device, tabs, groups, why, changes, showOthers, deployable, certificate } = props;
  const others = groups.flatMap((group) => group.facts).reduce((sum, fact) => sum + (fact.others?.length ?? 0), 0);
  return (
    <DeviceFrame
      ctx={ctx}
      device={device}
      tabs={tabs}
      current="summary"
      actions={
        <>
          <LinkButton href={paths.deviceEdit(device.id)} needs="devices:write">
            {ctx.t('devices.edit')}
          </LinkButton>
          {deployable.length === 0 ? null : (
            <LinkButton kind="primary" href={paths.deploymentNew({ device: device.id })} needs="deployments:write">
              {ctx.t('devices.deploy', { n: deployable.length })}
            </LinkButton>
          )}
        </>
      }
    >
      {props.held === undefined ? null : <HeldByRule ctx={ctx} held={props.held} />}
      {props.description === undefined || props.description === '' ? null : <p>{props.description}</p>}
      <div class="grid">
        <div class="stack c8">
          <Wrong ctx={ctx} device={device} why={why} numbers={props.numbers} />
          <Panel
            title={ctx.t('devices.facts')}
            context={ctx.t('devices.factsContext')}
            link={
              others === 0 ? undefined : (
                <a href={withQuery(paths.device(device.id), { others: showOthers ? undefined : '1' })}>
                  {showOthers ? ctx.t('devices.hideOthers') : ctx.t('devices.showOthers', { n: others })}
                </a>
              )
            }
          >
            {groups.every((group) => group.facts.length === 0) ? (
              <Empty title={ctx.t('devices.noFacts')}>{ctx.t('devices.noFactsWhy')}</Empty>
            ) : (
              <FactTable ctx={ctx} groups={groups} showOthers={showOthers} />
            )}
          </Panel>
        </div>
        <div class="stack c4">
          <CoveragePanel
            coverage={props.coverage}
            closing={<To href={paths.deviceTab(device.id, 'tasks')}>{ctx.t('deviceTasks.toClose')}</To>}
          />
          <DeviceTags ctx={ctx} device={device.id} tags={props.tags} />
          <Personal ctx={ctx} device={device} personal={props.personal} />
          <Panel
            title={ctx.t('devices.tab.changes')}
            link={
              <>
                <To href={paths.deviceTab(device.id, 'changes')}>{ctx.t('devices.allChanges')}</To>{' '}
                <To href={paths.deviceTab(device.id, 'events')}>{ctx.t('devices.tab.events')}</To>
              </>
            }
            body
          >
            {changes.length === 0 ? <p class="second">{ctx.t('changes.none')}</p> : <Changes rows={changes} />}
          </Panel>
          <Clients ctx={ctx} clients={props.clients} />
          <Panel title={ctx.t('devices.agent')} body>
            <Facts
              rows={[
                [ctx.t('field.version'), <span translate="no">{device.agentVersion ?? '–'}</span>],
                [
                  ctx.t('devices.publicId'),
                  <span class="hash" translate="no">
                    {device.id}
                  </span>,
                ],
                ...(certificate === undefined
                  ? []
                  : [
                      [ctx.t('common.certificate'), <Hash value={certificate.fingerprint} />] as const,
                      [ctx.t('devices.validUntil'), <Time at={certificate.notAfter} form="date" />] as const,
                    ]),
              ]}
            />
            <EndOfDevice ctx={ctx} device={device} />
          </Panel>
        </div>
      </div>
    </DeviceFrame>
  );
};
