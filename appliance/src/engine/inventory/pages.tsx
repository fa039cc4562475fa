import { defined } from '@sallyport/bundle-tools/platform/defined';
import { fileValue } from '@sallyport/ui/components/list-columns.tsx';
import { choiceText } from '@sallyport/ui/components/text.tsx';
import { Collection as CollectionView } from '@sallyport/ui/inventory/collection.tsx';
import { SoftwareItem } from '@sallyport/ui/inventory/software-item.tsx';
import { currentCursor, type ListState } from '@sallyport/ui/list';
import type { Reference } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import type { DeviceModel } from '../../features/devices/view.ts';
import type { Cell } from '../../platform/csv/write.ts';
import { AppError } from '../../platform/errors.ts';
import type { Scope } from '../../platform/scope.ts';
import { askedFields, askedList, askedPage, askedWords, countedViews } from '../../server/console/asked-list.ts';
import { signedIn } from '../../server/console/guard.ts';
import { pagesOf, sendRows } from '../../server/console/list-file.ts';
import { listState, numberParam, pageRows, param, slicePage, termsOf } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { Actor } from '../objects/types.ts';
import type { Collection, InventoryRow, ListAsked } from './types.ts';
import {
  collectionExtras,
  collectionScope,
  fieldColumns,
  reachesAll,
  readableCollections,
  rowValues,
  shownColumns,
} from './view.ts';

/** Lists of every collection over the whole site, made from their declarations; /software is one of them. */
export const inventoryPages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { inventory, vulnerabilities } = deps;
  const extras = collectionExtras(deps);

  /** What a list is read by, beside its filter. */
  const readBy = (collection: Collection, list: ListState): Omit<ListAsked, 'limit' | 'after'> => {
    const columns = fieldColumns(collection, { link: false });
    const isSortable =
      columns.some((column) => column.name === list.sort && column.sortable) ||
      list.sort === (collection.mode === 'shared' ? '_devices' : '_device');
    return {
      collection: collection.name,
      told: extras.told(collection),
      descending: list.descending,
      ...(isSortable && list.sort !== undefined ? { sort: list.sort } : {}),
    };
  };

  /** The other lists that there are: a part of the site has those of devices that are read there. */
  const shownBeside = (actor: Actor, scope: Scope): string[] =>
    inventory
      .collections()
      .filter((collection) => scope.site || readableCollections([collection], actor, reachesAll(scope)).length > 0)
      .map(({ name }) => name);

  const pageOf = ({ name }: Collection): string =>
    name === 'software' ? paths.software() : name === 'discovery' ? paths.discovery() : paths.inventory(name);

  const languageOf = (collection: Collection) => inventory.language(collection, extras.told(collection));

  const devicesOf = (rows: readonly InventoryRow[]) =>
    model.references(rows.map((row) => Number(row['_device'] ?? 0)).filter((id) => id > 0));

  const showList = (c: Context<ConsoleEnv>, collection: Collection): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const scope = collectionScope(actor, collection);
    const ctx = viewContext(deps, c);
    const language = languageOf(collection);
    const asked = askedList(c, ctx, language, askedFields(language.vocabulary, extras.words(collection)));
    if (asked instanceof Response) return asked;
    const { list, filtering } = asked;
    const query = { ...readBy(collection, list), scope, limit: pageRows, ...defined({ after: currentCursor(list) }) };
    const found = askedPage(asked, (filter) => inventory.ofAnyCollection.list({ ...query, filter }));
    const columns = fieldColumns(collection, { link: false });
    const entered = extras.columns(collection);
    const devices = devicesOf(found.rows);
    return c.html(
      <CollectionView
        ctx={countedViews(
          ctx,
          asked.list,
          language,
          (filter) => inventory.ofAnyCollection.list({ ...query, limit: 1, filter }).total,
        )}
        collection={collection.name}
        collections={shownBeside(actor, scope)}
        mode={collection.mode}
        titleField={collection.title}
        columns={[...columns, ...entered]}
        list={list}
        page={{
          ...found,
          rows: found.rows.map((row) => {
            const device = devices.get(Number(row['_device'] ?? 0));
            const extra = extras.row(actor, collection, device?.id ?? '', row);
            return {
              id: row.id,
              ...extra,
              values: { ...rowValues(row, columns), ...extra.values },
              ...(device === undefined ? {} : { device }),
              ...(collection.mode === 'shared' ? { devices: Number(row['_devices'] ?? 0) } : {}),
            };
          }),
        }}
        filters={filtering}
        reporting={inventory.reporting(collection.name, scope)}
        personalWithheld={Object.values(collection.fields).some((field) => field.personal)}
      />,
      asked.status,
    );
  };

  const sendList = (c: Context<ConsoleEnv>, collection: Collection): Response => {
    const { actor } = signedIn(c);
    const scope = collectionScope(actor, collection);
    const language = languageOf(collection);
    const list = listState(c, language.parameters);
    const ctx = viewContext(deps, c, 'part');
    const own = fieldColumns(collection, { link: false });
    const all = [...own, ...extras.columns(collection)];
    const columns = shownColumns(all, list.columns, collection.title).filter((column) => !column.personal);
    const query = { ...readBy(collection, list), scope, filter: language.read(termsOf(list)) };
    const { total } = inventory.ofAnyCollection.list({ ...query, limit: 1 });
    const isShared = collection.mode === 'shared';
    const cellsOf = (row: InventoryRow, device: Reference | undefined): Cell[] => {
      const values = { ...rowValues(row, own), ...extras.row(actor, collection, device?.id ?? '', row).values };
      const cells = columns.map((column) => {
        const held = values[column.name] ?? null;
        return column.choice && typeof held === 'string'
          ? choiceText(ctx, column, held)
          : fileValue(ctx, held, column.type);
      });
      return isShared ? [...cells, Number(row['_devices'] ?? 0)] : [device?.name, ...cells];
    };
    const rowsOf = function* (): Generator<Cell[]> {
      for (const rows of pagesOf(c, (paging: { limit: number; after?: string }) =>
        inventory.ofAnyCollection.list({ ...query, ...paging }),
      )) {
        const devices = devicesOf(rows);
        for (const row of rows) yield cellsOf(row, devices.get(Number(row['_device'] ?? 0)));
      }
    };
    return sendRows(deps, c, ctx, {
      name: collection.name,
      title: ctx.tDynamic(`collection.${collection.name}.title`),
      page: pageOf(collection),
      filter: askedWords(ctx, list, language, askedFields(language.vocabulary, extras.words(collection))),
      head: [
        ...(isShared ? [] : [ctx.tDynamic('field.device')]),
        ...columns.map(({ name, label }) => label ?? ctx.tDynamic(`collection.${collection.name}.field.${name}`)),
        ...(isShared ? [ctx.tDynamic('nav.devices')] : []),
      ],
      rows: { count: total, read: rowsOf },
    });
  };

  const item = (c: Context<ConsoleEnv>, collection: Collection): Response | Promise<Response> => {
    const scope = collectionScope(signedIn(c).actor, collection);
    if (collection.mode !== 'shared') throw new AppError('NOT_FOUND', 'items of this collection belong to devices');
    const id = numberParam(c, 'item');
    const owners = inventory.itemDevices(collection.name, id, scope);
    const [first] = owners;
    // An item that no device has is about to be dropped.
    if (first === undefined) throw new AppError('NOT_FOUND', 'there is no such item');
    const [held] = inventory.ofAnyCollection.items(collection.name, [id]);
    if (held === undefined) throw new AppError('NOT_FOUND', 'there is no such item');
    const columns = fieldColumns(collection, { link: false });
    const linkColumns = fieldColumns(collection, { link: true }).filter(
      ({ name }) => collection.fields[name]?.perDevice === true,
    );
    const list = listState(c, []);
    const page = slicePage(owners, currentCursor(list), String);
    const named = model.references(page.rows);
    const isSoftware = collection.name === 'software';
    const title = String(held[collection.title] ?? id);
    const source = String(held['source'] ?? title);
    return c.html(
      <SoftwareItem
        ctx={viewContext(deps, c)}
        collection={collection.name}
        id={id}
        title={title}
        fields={columns.map((column) => ({ column, value: held[column.name] ?? null }))}
        linkColumns={linkColumns}
        list={list}
        devices={{
          ...page,
          rows: page.rows.map((device) => {
            const row = inventory.ofAnyCollection.sectionItem(device, collection.name, id);
            const [platform] = inventory.section(device, 'platform');
            const os = [platform?.['vendor'], platform?.['release']].filter(Boolean).join(' ');
            return {
              device: named.get(device) ?? { id: String(device), name: `#${device}` },
              os: os === '' ? undefined : os,
              values: row === undefined ? {} : rowValues(row, linkColumns),
              at: row?._collectedAt,
            };
          }),
        }}
        findings={
          isSoftware
            ? vulnerabilities.ofVersions(source, [held['sourceVersion'], held['version']].map(String), {
                scope,
                limit: 200,
              })
            : []
        }
        versions={
          isSoftware
            ? inventory
                .list({
                  scope,
                  collection: 'software',
                  where: { name: title, type: String(held['type'] ?? '') },
                  limit: 100,
                })
                .rows.filter((row) => row.id !== id)
                .map((row) => ({
                  id: row.id,
                  version: String(row['version'] ?? ''),
                  devices: Number(row['_devices'] ?? 0),
                }))
            : []
        }
      />,
    );
  };

  const software = () => inventory.collection('software');
  const named = (c: Context<ConsoleEnv>): Collection => inventory.collection(param(c, 'collection'));

  return new Hono<ConsoleEnv>()
    .get(paths.software.pattern, (c) => showList(c, software()))
    .get(paths.softwareCsv.pattern, (c) => sendList(c, software()))
    .get(paths.softwareItem.pattern, (c) => item(c, software()))
    .get(paths.inventoryCsv.pattern, (c) => sendList(c, inventory.collection(param(c, 'file').replace(/\.csv$/, ''))))
    .get(paths.inventory.pattern, (c) => showList(c, named(c)))
    .get(paths.inventoryItem.pattern, (c) => item(c, named(c)));
};
