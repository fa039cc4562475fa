import { type EventRow, Events } from '@sallyport/ui/events/events.tsx';
import { wordsOf } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import type { DeviceModel } from '../../features/devices/view.ts';
import type { Cell } from '../../platform/csv/write.ts';
import type { Scope } from '../../platform/scope.ts';
import { askedFields, askedList, askedPage, askedWords, countedViews } from '../../server/console/asked-list.ts';
import { scopeFor, signedIn } from '../../server/console/guard.ts';
import { type FileColumns, inColumns, pagesOf, sendRows } from '../../server/console/list-file.ts';
import { listState, numberCursor, pageRows, termsOf } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import { eventRows } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { actorRef } from '../objects/types.ts';
import type { StoredEvent } from './types.ts';

const fileColumns: FileColumns<EventRow> = [
  ['common.time', (row) => new Date(row.at)],
  ['events.severity', (row, ctx) => ctx.tDynamic(`eventSeverity.${row.severity}`)],
  ['field.type', (row) => row.type],
  ['events.what', (row, ctx) => ctx.say(row.message)],
  ['field.device', (row) => row.device?.name],
  ['common.who', (row) => row.actor],
  ['common.address', (row) => row.from],
  ['csv.audit', (row) => row.auditSeq],
];

/** Events: what happened, by severity and type. */
export const eventPages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { events } = deps;
  events.knowWords(wordsOf);

  const fieldsFor = (scope: Scope) =>
    askedFields(events.language.vocabulary, {
      severity: { label: 'events.severity', choices: 'eventSeverity' },
      type: {
        label: 'field.type',
        options: events.types().map(({ type }) => ({ value: type, sentence: `event.${type}` })),
      },
      area: { label: 'common.area', choices: 'area' },
      device: { label: 'field.device', valueName: (text) => model.named(text, scope)?.name ?? text },
      actor: { label: 'common.who' },
      at: { label: 'common.time' },
      from: { label: 'filter.from' },
      to: { label: 'filter.to' },
      audit: { label: 'filter.audit' },
    });

  const devicesOf = (rows: readonly StoredEvent[]) =>
    model.references(rows.map(({ device }) => device).filter((device) => device !== null));

  const showList = async (c: Context<ConsoleEnv>): Promise<Response> => {
    const scope = scopeFor(c, 'events:read');
    const reader = actorRef(signedIn(c).actor);
    const ctx = viewContext(deps, c);
    const asked = askedList(c, ctx, events.language, fieldsFor(scope));
    if (asked instanceof Response) return asked;
    const { list, filtering } = asked;
    const after = numberCursor(list);
    const found = askedPage(asked, (filter) => events.list({ scope, reader, filter, limit: pageRows, after }));
    // The chain is of the whole site.
    const chain = scope.site ? await deps.chain() : undefined;
    return c.html(
      <Events
        ctx={countedViews(
          ctx,
          asked.list,
          events.language,
          (filter) => events.list({ scope, reader, filter, limit: 1 }).total,
        )}
        list={list}
        page={{
          rows: eventRows(ctx, deps, scope, found.rows, devicesOf(found.rows)),
          total: found.total,
          next: found.next === undefined ? undefined : String(found.next),
        }}
        filters={filtering}
        {...(chain === undefined ? {} : { chain: chain.ok ? { ok: true, length: chain.length } : chain })}
      />,
      asked.status,
    );
  };

  const sendList = (c: Context<ConsoleEnv>): Response => {
    const scope = scopeFor(c, 'events:read');
    const ctx = viewContext(deps, c, 'part');
    const list = listState(c, events.language.parameters);
    const filter = events.language.read(termsOf(list));
    const query = { scope, reader: actorRef(signedIn(c).actor), filter };
    const { total } = events.list({ ...query, limit: 1 });
    const { head, cellsOf } = inColumns(ctx, fileColumns);
    const rowsOf = function* (): Generator<Cell[]> {
      for (const stored of pagesOf(c, (paging: { limit: number; after?: number }) =>
        events.list({ ...query, ...paging }),
      ))
        for (const row of eventRows(ctx, deps, scope, stored, devicesOf(stored))) yield cellsOf(row);
    };
    return sendRows(deps, c, ctx, {
      name: 'events',
      title: ctx.t('nav.events'),
      page: paths.events(),
      filter: askedWords(ctx, list, events.language, fieldsFor(scope)),
      head,
      rows: { count: total, read: rowsOf },
    });
  };

  return new Hono<ConsoleEnv>().get(paths.events.pattern, showList).get(paths.eventsCsv.pattern, sendList);
};
