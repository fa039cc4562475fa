import { defined } from '@sallyport/bundle-tools/platform/defined';
import { fileText } from '@sallyport/ui/components/list-columns.tsx';
import { Changes } from '@sallyport/ui/inventory/changes.tsx';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { type DeviceModel, NO_DEVICE } from '../../features/devices/view.ts';
import type { Filter } from '../../platform/filter/types.ts';
import { askedList, askedWords } from '../../server/console/asked-list.ts';
import { scopeFor, signedIn } from '../../server/console/guard.ts';
import { eachOf, gathered, mostRows, pagesOf, sendRows } from '../../server/console/list-file.ts';
import { listState, numberCursor, pageRows, termsOf } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames, changeRow } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { Change, ChangeAsked, Collection, Whose } from './types.ts';
import { changeFields, changeLanguage, changeQueryOf, reachesAll, readableCollections } from './view.ts';

const csvHead = [
  'changes.at',
  'field.device',
  'changes.collection',
  'changes.operation',
  'changes.title',
  'common.before',
  'common.after',
  'changes.source',
];

/** What changed on all devices; personal values are withheld. */
export const changePages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { inventory } = deps;
  const collections = inventory.collections();
  const language = changeLanguage(collections, false);

  const readable = (c: Context<ConsoleEnv>): Collection[] =>
    readableCollections(collections, signedIn(c).actor, reachesAll(scopeFor(c, 'devices:read')));

  const queryOf = (
    c: Context<ConsoleEnv>,
    filter: Filter | undefined,
  ): Omit<ChangeAsked, 'limit' | 'after'> & Whose => {
    const scope = scopeFor(c, 'devices:read');
    const { asked, device } = changeQueryOf(filter, collections, readable(c));
    return {
      ...asked,
      ...(device === undefined ? { scope } : { device: model.named(device, scope)?.id ?? NO_DEVICE }),
    };
  };

  const fieldsFor = (c: Context<ConsoleEnv>) =>
    changeFields(language, readable(c), (text) => model.named(text, scopeFor(c, 'devices:read'))?.name ?? text);

  const named = (rows: readonly Change[]) => {
    const references = model.references(rows.map(({ device }) => device));
    return (row: Change) => references.get(row.device) ?? { id: String(row.device), name: `#${row.device}` };
  };

  const show = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const scope = scopeFor(c, 'devices:read');
    const ctx = viewContext(deps, c);
    const asked = askedList(c, ctx, language, fieldsFor(c));
    if (asked instanceof Response) return asked;
    const { list, filter, filtering, status } = asked;
    const after = numberCursor(list);
    const rows =
      filtering.fault === undefined ? inventory.changes({ ...queryOf(c, filter), limit: pageRows, after }) : [];
    const [deviceOf, nameOf] = [named(rows), actorNames(deps.objects)];
    const last = rows.length === pageRows ? rows.at(-1) : undefined;
    return c.html(
      <Changes
        ctx={ctx}
        list={list}
        rows={rows.map((row) => ({ ...changeRow(collections, row, nameOf), device: deviceOf(row) }))}
        next={last === undefined ? undefined : String(last.id)}
        filters={filtering}
        about={inventory.aboutChanges(scope)}
      />,
      status,
    );
  };

  const send = async (c: Context<ConsoleEnv>): Promise<Response> => {
    const list = listState(c, language.parameters);
    const query = queryOf(c, language.read(termsOf(list)));
    const ctx = viewContext(deps, c, 'part');
    const found = await gathered(
      pagesOf(c, (paging: { limit: number; after?: number }) => {
        const rows = inventory.changes({ ...query, ...paging });
        return { rows, next: rows.length < paging.limit ? undefined : rows.at(-1)?.id };
      }),
    );
    const [deviceOf, nameOf] = [named(found), actorNames(deps.objects)];
    return sendRows(deps, c, ctx, {
      name: 'changes',
      title: ctx.t('nav.changes'),
      page: paths.changes(),
      filter: askedWords(ctx, list, language, fieldsFor(c)),
      head: csvHead.map((key) => ctx.tDynamic(key)),
      rows: {
        ...eachOf(found, (change) => {
          const row = changeRow(collections, change, nameOf);
          const operation = ctx.tDynamic(`changes.operation.${change.operation}`);
          const side = (which: 'before' | 'after'): string =>
            row.fields
              .filter((field) => field[which] !== null)
              .map((field) => {
                const label = ctx.tDynamic(`collection.${change.collection}.field.${field.name}`);
                return `${label}: ${fileText(ctx, field[which], field.type)}`;
              })
              .join('; ');
          return [
            new Date(change.at),
            deviceOf(change).name,
            ctx.tDynamic(`collection.${change.collection}.title`),
            row.closed === undefined ? operation : `${operation}. ${ctx.t('changes.closed', row.closed)}`,
            row.title === null ? ctx.t('common.withheld') : row.title,
            side('before'),
            side('after'),
            ctx.tDynamic(`source.${change.source}`),
          ];
        }),
        isCut:
          found.length === mostRows(c) &&
          inventory.changes({ ...query, limit: 1, ...defined({ after: found.at(-1)?.id }) }).length > 0,
      },
    });
  };

  return new Hono<ConsoleEnv>().get(paths.changes.pattern, show).get(paths.changesCsv.pattern, send);
};
