import { LinkButton } from '../components/form.tsx';
import {
  type Filtering,
  Filters,
  filterWords,
  foundText,
  isFiltered,
  NoMatch,
  Pager,
  Toolbar,
} from '../components/list-tools.tsx';
import { Empty, Notice, Panel } from '../components/panel.tsx';
import { Shape, type ShapeName, Tag } from '../components/status.tsx';
import { DataTable } from '../components/table.tsx';
import { Time } from '../components/text.tsx';
import type { Ctx } from '../context.ts';
import { Page } from '../frame/page.tsx';
import type { ListState } from '../list.ts';
import { listUrl } from '../list.ts';
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
  <a href={paths.device(device.id)} translate="no">
    {device.name}
  </a>
);

/** Rows of events; the page of a device leaves the device out. */
export const EventTable = ({
  ctx,
  list,
  rows,
  withDevice,
}: {
  ctx: Ctx;
  list: ListState;
  rows: readonly EventRow[];
  withDevice: boolean;
}) => (
  <DataTable
    ctx={ctx}
    caption={ctx.t('nav.events')}
    list={list}
    rows={rows}
    records
    columns={[
      { key: 'at', label: ctx.t('events.at'), fit: true, rec: 'd', cell: (row) => <Time ctx={ctx} at={row.at} /> },
      {
        key: 'severity',
        label: ctx.t('events.severity'),
        fit: true,
        cell: (row) => (
          <span
            class="status"
            data-l={row.severity === 'critical' || row.severity === 'failure' ? 'critical' : row.severity}
          >
            <Shape ctx={ctx} name={shapes[row.severity]} />
            <span>{ctx.tDynamic(`eventSeverity.${row.severity}`)}</span>
          </span>
        ),
      },
      {
        key: 'what',
        label: ctx.t('events.what'),
        any: true,
        rec: 'a',
        cell: (row) => (
          <>
            {ctx.say(row.message)}
            {withDevice && row.device !== undefined ? (
              <span class="narrow-only">
                {' '}
                <DeviceLink device={row.device} />
              </span>
            ) : null}
          </>
        ),
      },
      ...(withDevice
        ? [
            {
              key: 'device',
              label: ctx.t('events.device'),
              cell: (row: EventRow) => (row.device === undefined ? '–' : <DeviceLink device={row.device} />),
            },
          ]
        : []),
      {
        key: 'actor',
        label: ctx.t('events.actor'),
        any: true,
        rec: 'c',
        cell: (row) => (
          <span translate="no">
            {row.actor ?? '–'}
            {row.from === undefined ? null : <span class="dim small"> {row.from}</span>}
          </span>
        ),
      },
      {
        key: 'audit',
        label: ctx.t('events.chain'),
        num: true,
        cell: (row) => (row.auditSeq === undefined ? '' : <Tag>{ctx.fmt.number(row.auditSeq)}</Tag>),
      },
    ]}
  />
);

/** What happened, newest first, with the state of the audit chain. */
export const Events = ({ ctx, list, page, filters, chain }: EventsProps) => (
  <Page
    ctx={ctx}
    title={ctx.t('nav.events')}
    section="events"
    sub={ctx.t('events.sub', { n: page.total })}
    filter={filterWords(ctx, list, filters)}
    announce={foundText(ctx, page)}
    actions={
      <LinkButton href={listUrl(list, {}, paths.eventsCsv())} download>
        {ctx.t('common.exportCsv')}
      </LinkButton>
    }
  >
    {chain === undefined || chain.ok ? null : (
      <Notice ctx={ctx} level="critical" title={ctx.t('events.chainBroken', { n: chain.brokenAt ?? 0 })}>
        {ctx.t('events.chainBrokenNext')}
      </Notice>
    )}
    <Filters ctx={ctx} list={list} filters={filters} placeholder={ctx.t('events.search')} />
    <Panel foot={<Pager ctx={ctx} list={list} next={page.next} order={ctx.t('events.order')} />}>
      <Toolbar ctx={ctx} count={foundText(ctx, page)}>
        <span class="second">{chain?.ok ? ctx.t('events.chainOk', { n: chain.length }) : null}</span>
      </Toolbar>
      {page.rows.length > 0 ? (
        <EventTable ctx={ctx} list={list} rows={page.rows} withDevice />
      ) : isFiltered(list) ? (
        <NoMatch ctx={ctx} list={list} />
      ) : (
        <Empty title={ctx.t('events.none')}>{ctx.t('events.noneWhy')}</Empty>
      )}
    </Panel>
  </Page>
);
