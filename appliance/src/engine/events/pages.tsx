import { defined } from '@sallyport/bundle-tools/platform/defined';
import { type EventRow, Events } from '@sallyport/ui/events/events.tsx';
import { currentCursor, filterValues, type ListState } from '@sallyport/ui/list';
import type { FilterField } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { type DeviceModel, NO_DEVICE } from '../../features/devices/view.ts';
import type { Cell } from '../../platform/csv/write.ts';
import { AppError } from '../../platform/errors.ts';
import { type FileColumns, inColumns, maxCsvRows, pagesOf, sendCsv } from '../../server/console/csv-response.ts';
import { actorFor } from '../../server/console/guard.ts';
import { chosen, listState, pageRows } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import { eventRows } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { areas } from '../objects/types.ts';
import { type EventQuery, type StoredEvent, severities } from './types.ts';

const filterNames = ['severity', 'type', 'area', 'device', 'from', 'to', 'audit'];
const fileColumns: FileColumns<EventRow> = [
  ['events.at', (row, ctx) => ctx.fmt.iso(row.at)],
  ['events.severity', (row, ctx) => ctx.tDynamic(`eventSeverity.${row.severity}`)],
  ['csv.type', (row) => row.type],
  ['events.what', (row, ctx) => ctx.say(row.message)],
  ['events.device', (row) => row.device?.name],
  ['events.actor', (row) => row.actor],
  ['csv.from', (row) => row.from],
  ['csv.audit', (row) => row.auditSeq],
];

const moment = (text: string | undefined, endOfDay: boolean): number | undefined => {
  if (text === undefined) return undefined;
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const at = Date.parse(isDay && endOfDay ? `${text}T23:59:59.999Z` : text);
  return Number.isNaN(at) ? undefined : at;
};

/** Events: what happened, by severity and type. */
export const eventPages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { events } = deps;

  const filters: readonly FilterField[] = [
    {
      name: 'severity',
      label: 'events.severity',
      options: severities.map((value) => ({ value, key: `eventSeverity.${value}` })),
    },
    {
      name: 'type',
      label: 'csv.type',
      options: events.types().map(({ type }) => ({ value: type, sentence: `event.${type}` })),
    },
    { name: 'area', label: 'filter.area', options: areas.map((value) => ({ value, key: `area.${value}` })) },
    { name: 'device', label: 'events.device', valueName: (text) => model.named(text)?.name ?? text },
    { name: 'from', label: 'filter.from' },
    { name: 'to', label: 'filter.to' },
    { name: 'audit', label: 'filter.audit', options: [{ value: 'true', key: 'common.yes' }] },
  ];
  const types = events.types().map(({ type }) => type);

  const queryOf = (list: ListState): Omit<EventQuery, 'limit' | 'after'> => {
    const severity = chosen(severities, filterValues(list, 'severity'));
    const type = chosen(types, filterValues(list, 'type'));
    const area = chosen(areas, filterValues(list, 'area'));
    const [device] = filterValues(list, 'device');
    const from = moment(filterValues(list, 'from')[0], false);
    const to = moment(filterValues(list, 'to')[0], true);
    return {
      ...(severity.length === 0 ? {} : { severity }),
      ...(type.length === 0 ? {} : { type }),
      ...(area.length === 0 ? {} : { area }),
      ...(device === undefined ? {} : { device: model.named(device)?.id ?? NO_DEVICE }),
      ...defined({ from, to }),
      ...(filterValues(list, 'audit').includes('true') ? { audit: true } : {}),
      ...(list.q === '' ? {} : { search: list.q }),
    };
  };

  const devicesOf = (rows: readonly StoredEvent[]) =>
    model.references(rows.map(({ device }) => device).filter((device) => device !== null));

  const showList = async (c: Context<ConsoleEnv>): Promise<Response> => {
    actorFor(c, 'events:read');
    const ctx = viewContext(deps, c);
    const list = listState(c, filterNames);
    const cursor = currentCursor(list);
    if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) throw new AppError('MALFORMED', 'not a page cursor');
    const found = events.list({
      ...queryOf(list),
      limit: pageRows,
      ...(cursor === undefined ? {} : { after: Number(cursor) }),
    });
    const chain = await deps.chain();
    return c.html(
      <Events
        ctx={ctx}
        list={list}
        page={{
          rows: eventRows(ctx, deps, found.rows, devicesOf(found.rows)),
          total: found.total,
          exact: true,
          next: found.next === undefined ? undefined : String(found.next),
        }}
        filters={filters}
        chain={chain.ok ? { ok: true, length: chain.length } : chain}
      />,
    );
  };

  const sendList = (c: Context<ConsoleEnv>): Response => {
    actorFor(c, 'events:read');
    const ctx = viewContext(deps, c, 'part');
    const query = queryOf(listState(c, filterNames));
    const { total } = events.list({ ...query, limit: 1 });
    const { head, cellsOf } = inColumns(ctx, fileColumns);
    const rowsOf = function* (): Generator<Cell[]> {
      for (const stored of pagesOf((paging: { limit: number; after?: number }) => events.list({ ...query, ...paging })))
        for (const row of eventRows(ctx, deps, stored, devicesOf(stored))) yield cellsOf(row);
    };
    return sendCsv(deps, c, {
      name: 'events',
      head,
      rows: { count: Math.min(total, maxCsvRows), read: rowsOf },
    });
  };

  return new Hono<ConsoleEnv>().get(paths.events.pattern, showList).get(paths.eventsCsv.pattern, sendList);
};
