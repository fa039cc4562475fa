import type { Child } from 'hono/jsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { Level, Message, Reference, When } from '../model.ts';
import { paths } from '../paths.ts';
import { ArrivalFacts, type ArrivalFactsOf, type KnownHardware } from './arrival-facts.tsx';
import { Button, Hidden, LinkButton, PostForm, withoutRight } from './form.tsx';
import { Notice, Panel, Tabs } from './panel.tsx';
import { Status } from './status.tsx';
import { To } from './text.tsx';

type AskingView = {
  /** Names it where it is approved. */
  readonly client: string;
  readonly byCertificate: boolean;
  readonly since: When;
  readonly facts: ArrivalFactsOf;
  /** What is known of a device that was in, to compare with what the client says. */
  readonly known: KnownHardware | undefined;
};

export type DeviceHead = {
  readonly id: string;
  readonly name: string;
  readonly state: 'discovered' | 'pending' | 'managed' | 'held' | 'revoked';
  readonly level: Level;
  readonly reasons: readonly Message[];
  readonly os?: string | undefined;
  readonly group?: Reference | undefined;
  readonly address?: string | undefined;
  readonly lastSeenAt: When | null;
  readonly visible: boolean;
  /** Key `devices.held.<reason>`. */
  readonly heldReason?: string | undefined;
  readonly resembles?: Reference | undefined;
  readonly reenrolling?: boolean | undefined;
  readonly agentVersion?: string | undefined;
  readonly certificateEnded?: boolean | undefined;
  /** The clients that wait for a person; first one that has the key of a certificate of this device. */
  readonly asks: readonly AskingView[];
  /** Was let in before: a person may let it on as it was. */
  readonly wasIn: boolean;
};

/** How a device stands with the appliance, where that is not all well. */
export const stateWord = (
  ctx: Ctx,
  { state, certificateEnded }: Pick<DeviceHead, 'state' | 'certificateEnded'>,
): string | undefined => {
  if (state !== 'managed') return ctx.t(`devices.state.${state}`);
  return certificateEnded ? ctx.t('devices.state.certificate-ended') : undefined;
};

/** `summary`, a collection's name, or findings, updates, changes, events; a count of 0 is shown, none is not. */
export type DeviceTab = { readonly name: string; readonly count?: number | undefined };

/** A page has at most five tabs: pages of a device stand in these parts, each with its own pages beside each other. */
const parts = {
  summary: ['summary'],
  software: ['software', 'executable', 'os-update', 'findings', 'updates'],
  // And each collection that has no place elsewhere.
  hardware: ['hardware'],
  orders: ['deviations', 'tasks'],
  history: ['changes', 'events'],
} as const satisfies Record<string, readonly string[]>;
type Part = keyof typeof parts;

const ownTabs = ['summary', 'findings', 'updates', 'changes', 'deviations', 'tasks', 'events'];

const partOf = (tab: string): Part =>
  (Object.keys(parts) as Part[]).find((part) => (parts[part] as readonly string[]).includes(tab)) ?? 'hardware';

const nameOf = (ctx: Ctx, part: Part): string =>
  part === 'summary' ? ctx.t('devices.tab.summary') : ctx.t(`devices.part.${part}`);

const DeviceTabs = ({
  ctx,
  device,
  tabs,
  current,
}: {
  ctx: Ctx;
  device: string;
  tabs: readonly DeviceTab[];
  current: string;
}) => {
  const links = tabs.map(({ name, count }) => ({
    part: partOf(name),
    href: name === 'summary' ? paths.device(device) : paths.deviceTab(device, name),
    label: ownTabs.includes(name) ? ctx.tDynamic(`devices.tab.${name}`) : ctx.tDynamic(`collection.${name}.title`),
    count,
    current: name === current,
  }));
  const own = links.filter(({ part }) => part === partOf(current));
  return (
    <>
      <Tabs
        label={ctx.t('devices.tabs')}
        tabs={(Object.keys(parts) as Part[]).flatMap((part) => {
          const first = links.find((link) => link.part === part && ctx.opens(link.href));
          return first === undefined
            ? []
            : [{ href: first.href, label: nameOf(ctx, part), current: part === partOf(current) }];
        })}
      />
      {own.length < 2 ? null : (
        <div>
          <nav class="seg" aria-label={nameOf(ctx, partOf(current))}>
            {own
              .filter((link) => link.current || ctx.opens(link.href))
              .map((link) => (
                <a href={link.href} aria-current={link.current ? 'page' : undefined}>
                  {link.label}
                  {link.count === undefined ? null : ` ${ctx.fmt.number(link.count)}`}
                </a>
              ))}
          </nav>
        </div>
      )}
    </>
  );
};

/** The device that one which is new looks like, where there is one. */
const Resembles = ({
  ctx,
  device: { id, resembles },
  word,
}: {
  ctx: Ctx;
  device: DeviceHead;
  word: 'devices.resembles' | 'records.resembles';
}) =>
  resembles === undefined ? null : (
    <span>
      {ctx.rich(word, {
        device: <To href={paths.device(resembles.id)}>{resembles.name}</To>,
      })}{' '}
      <To href={paths.deviceCompare({ one: resembles.id, two: id })}>{ctx.t('common.compare')}</To>
    </span>
  );

const Admission = ({ ctx, device }: { ctx: Ctx; device: DeviceHead }) => {
  // Who waits is approved beside what is compared of it.
  const approve =
    device.asks.length > 0 && !(device.state === 'held' && device.wasIn) ? null : (
      <PostForm action={paths.deviceApprove(device.id)}>
        <Button kind="primary" small unavailable={withoutRight(ctx, 'devices:write')}>
          {ctx.t('devices.approve')}
        </Button>
      </PostForm>
    );
  if (device.state === 'held') {
    return (
      <Notice level="warning" title={ctx.t('devices.heldTitle')}>
        {ctx.tDynamic(`devices.held.${device.heldReason ?? 'unknown'}`)}{' '}
        <Resembles ctx={ctx} device={device} word="devices.resembles" />
        {approve}
      </Notice>
    );
  }
  if (device.state === 'pending' || device.reenrolling) {
    return (
      <Notice level="running" title={ctx.t(device.reenrolling ? 'devices.reenrollingTitle' : 'devices.pendingTitle')}>
        {ctx.t(device.reenrolling ? 'devices.reenrollingWhy' : 'devices.pendingWhy')}{' '}
        <Resembles ctx={ctx} device={device} word="records.resembles" />
        {approve}
      </Notice>
    );
  }
  if (device.certificateEnded) {
    return (
      <Notice level="warning" title={ctx.t('devices.state.certificate-ended')}>
        {ctx.rich('devices.certificateEndedWhy', {
          command: <code class="nowrap">sallyport-agent enrol --again</code>,
        })}
      </Notice>
    );
  }
  if (device.state === 'discovered') {
    return (
      <Notice level="running" title={ctx.t('devices.discoveredTitle')}>
        {ctx.t('devices.discoveredWhy')}
      </Notice>
    );
  }
  return device.state === 'revoked' ? (
    <Notice level="warning" title={ctx.t('devices.revokedTitle')}>
      {ctx.t('devices.revokedWhy')}
    </Notice>
  ) : null;
};

/** One client that waits: what a person compares, and the button that lets in this one and no other. */
const Asking = ({ ctx, device, asks }: { ctx: Ctx; device: DeviceHead; asks: AskingView }) => (
  <Panel title={ctx.t('add.compareTitle')} body>
    <ArrivalFacts
      of={asks.facts}
      known={asks.known}
      rows={
        device.wasIn
          ? [
              [ctx.t('devices.askedAt'), ctx.fmt.dateTime(asks.since)],
              [
                ctx.t('common.certificate'),
                ctx.t(asks.byCertificate ? 'devices.askedByCertificate' : 'devices.askedWithout'),
              ],
            ]
          : []
      }
    />
    <PostForm action={paths.deviceApprove(device.id)}>
      <Hidden fields={[['client', asks.client]]} />
      <Button kind="primary" small unavailable={withoutRight(ctx, 'devices:write')}>
        {ctx.t(device.wasIn && asks.facts.words.length > 0 ? 'devices.approveCompared' : 'devices.approve')}
      </Button>
    </PostForm>
  </Panel>
);

/** What every tab of a device has around it. */
export const DeviceFrame = ({
  ctx,
  device,
  tabs,
  current,
  actions,
  children,
}: {
  ctx: Ctx;
  device: DeviceHead;
  tabs: readonly DeviceTab[];
  current: string;
  actions?: Child;
  children: Child;
}) => {
  const seen =
    device.lastSeenAt === null
      ? ctx.t('devices.neverSeen')
      : ctx.t(device.visible ? 'devices.seen' : 'devices.notSeen', { at: ctx.fmt.dateTime(device.lastSeenAt) });
  return (
    <Page
      ctx={ctx}
      title={device.name}
      crumbs={[
        { label: ctx.t('nav.devices'), href: paths.devices() },
        ...(device.group === undefined
          ? []
          : [{ label: device.group.name, href: paths.devices({ group: device.group.id }) }]),
      ]}
      mark={<Status level={device.level}>{stateWord(ctx, device)}</Status>}
      untranslatedTitle
      sub={[device.os, seen].filter((part) => part !== undefined).join('. ')}
      advisoriesMatter
      actions={
        actions ?? (
          <LinkButton href={paths.deviceEdit(device.id)} needs="devices:write">
            {ctx.t('devices.edit')}
          </LinkButton>
        )
      }
    >
      <Admission ctx={ctx} device={device} />
      {device.asks.map((asks) => (
        <Asking ctx={ctx} device={device} asks={asks} />
      ))}
      <DeviceTabs ctx={ctx} device={device.id} tabs={tabs} current={current} />
      {children}
    </Page>
  );
};
