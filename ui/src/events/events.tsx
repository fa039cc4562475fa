import { LinkButton } from '../components/form.tsx';
import { ListPanel } from '../components/list-panel.tsx';
import { type Filtering, filterWords, ListFiles } from '../components/list-tools.tsx';
import { Empty, Notice } from '../components/panel.tsx';
import { Shape, type ShapeName } from '../components/status.tsx';
import { type Column, column } from '../components/table.tsx';
import { Time, To } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { ListState } from '../list.ts';
import type { EventSeverity, Message, PageOf, Reference, When } from '../model.ts';
import { paths } from '../paths.ts';

export type EventRow = {
  readonly id: number;
  readonly at: When;
  readonly severity: EventSeverity;
  readonly type: string;
  /** Key `event.<type>` and its parameters. */
  readonly message: Message;
  readonly device?: Reference | undefined;
  readonly actor?: string | undefined;
  readonly from?: string | undefined;
  readonly auditSeq?: number | undefined;
};

type EventsProps = {
  readonly ctx: Ctx;
  readonly list: ListState;
  readonly page: PageOf<EventRow>;
  readonly filters: Filtering;
  /** Said to who reaches the whole site. */
  readonly chain?: { readonly ok: boolean; readonly length: number; readonly brokenAt?: number | undefined };
};

const shapes: Readonly<Record<EventSeverity, ShapeName>> = {
  critical: 'critical',
  failure: 'critical',
  warning: 'warning',
  info: 'info',
};

const DeviceLink = ({ device }: { device: Reference }) => (
  <To href={paths.device(device.id)} translate="no">
    {device.name}
  </To>
);

/** Columns of a list of events; the page of a device leaves the device out. */
export const eventColumns = (ctx: Ctx, { withDevice }: { withDevice: boolean }): Column<EventRow>[] => [
  { key: 'at', label: ctx.t('common.time'), fit: true, rec: 'd', cell: (row) => <Time at={row.at} /> },
  column('severity', ctx.t('events.severity'), { fit: true, rec: 'c' }, (row) => (
    <span class="status" data-l={row.severity === 'critical' || row.severity === 'failure' ? 'critical' : row.severity}>
      <Shape name={shapes[row.severity]} />
      <span>{ctx.tDynamic(`eventSeverity.${row.severity}`)}</span>
    </span>
  )),
  column('what', ctx.t('events.what'), { rec: 'a' }, (row) => (
    <>
      {ctx.say(row.message)}
      {withDevice && row.device !== undefined ? (
        <span class="narrow-only">
          {' '}
          <DeviceLink device={row.device} />
        </span>
      ) : null}
    </>
  )),
  ...(withDevice
    ? [
        column('device', ctx.t('field.device'), (row: EventRow) =>
          row.device === undefined ? '–' : <DeviceLink device={row.device} />,
        ),
      ]
    : []),
  column('actor', ctx.t('common.who'), (row) => <span translate="no">{row.actor ?? '–'}</span>),
  column('from', ctx.t('common.address'), { optional: true }, (row) => <span translate="no">{row.from ?? '–'}</span>),
  column('audit', ctx.t('events.chain'), { num: true, optional: true }, (row) =>
    row.auditSeq === undefined ? '–' : ctx.fmt.number(row.auditSeq),
  ),
];

/** What the list is filtered by, as its address has it. */
const ruleQuery = (list: ListState): string =>
  new URLSearchParams([
    ...(list.q === '' ? [] : [['q', list.q] as [string, string]]),
    ...list.filters.map(([name, value]): [string, string] => [name, value]),
  ]).toString();

/** What happened, newest first, with the state of the audit chain. */
export const Events = ({ ctx, list, page, filters, chain }: EventsProps) => (
  <Page
    ctx={ctx}
    title={ctx.t('nav.events')}
    sub={ctx.t('events.sub', { n: page.total })}
    filter={filterWords(ctx, list, filters)}
    actions={
      <>
        {ctx.canOnSite('events:write') ? (
          <LinkButton href={paths.objectNew('notification-rule', { query: ruleQuery(list) })}>
            {ctx.t('notifications.ruleFromHere')}
          </LinkButton>
        ) : null}
        <ListFiles list={list} csv={paths.eventsCsv()} />
      </>
    }
  >
    {chain === undefined || chain.ok ? null : (
      <Notice level="critical" title={ctx.t('events.chainBroken', { n: chain.brokenAt ?? 0 })}>
        {ctx.t('events.chainBrokenNext')}
      </Notice>
    )}
    <ListPanel
      list={list}
      page={page}
      filters={filters}
      search={ctx.t('events.search')}
      tools={chain?.ok ? <span class="second">{ctx.t('events.chainOk', { n: chain.length })}</span> : null}
      order={ctx.t('common.newestFirst')}
      table={{ caption: ctx.t('nav.events'), columns: eventColumns(ctx, { withDevice: true }) }}
      empty={<Empty title={ctx.t('events.none')}>{ctx.t('events.noneWhy')}</Empty>}
    />
  </Page>
);
