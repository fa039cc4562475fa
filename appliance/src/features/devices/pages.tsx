import { defined } from '@sallyport/bundle-tools/platform/defined';
import { fileColumns } from '@sallyport/ui/components/list-columns.tsx';
import { type DeviceRow, Devices, deviceColumns } from '@sallyport/ui/devices/devices.tsx';
import { currentCursor, type ListState } from '@sallyport/ui/list';
import type { FieldColumn, Value } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { fieldColumn } from '../../engine/inventory/view.ts';
import { type Actor, holdsAnywhere, scopeOf } from '../../engine/objects/types.ts';
import type { Cell } from '../../platform/csv/write.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import type { Scope } from '../../platform/scope.ts';
import { inParts } from '../../platform/steps.ts';
import { askedFields, askedList, askedPage, askedWords, countedViews } from '../../server/console/asked-list.ts';
import { bulkAct, nothingChosen, selectedRows } from '../../server/console/bulk.tsx';
import { goWith } from '../../server/console/cookies.ts';
import { scopeFor, signedIn } from '../../server/console/guard.ts';
import { sendRows } from '../../server/console/list-file.ts';
import { listState, pageRows, references, termsOf } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { type DeviceSort, deviceSorts, listLayer } from './types.ts';
import { type DeviceModel, deviceFieldWords, type ListedDevice } from './view.ts';

const maxTagLength = 50;
/** Rows that are read at once while a file is sent. */
const fileBatch = 100;

const sortOf = (list: ListState): DeviceSort => deviceSorts.find((sort) => sort === list.sort) ?? 'status';

/** The list of devices, its file, and what is done to many of them. */
export const devicesPages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { inventory, devices, deviceFilters, deviceList, objects, rules, transact } = deps;

  const singles = inventory.collections().filter((collection) => collection.single);
  const extraColumns = singles.flatMap((collection) =>
    Object.entries(collection.fields)
      .filter(([, field]) => !field.personal && !field.entered)
      .map(([name, field]) => ({
        ...fieldColumn(collection, name, field),
        byDefault: false,
        sortable: false,
      })),
  );
  /** What a column is called in an address. */
  const keyOf = ({ collection, name }: FieldColumn): string => `${collection}.${name}`;
  const pickedExtras = (list: ListState): string[] =>
    extraColumns.map(keyOf).filter((key) => list.columns.includes(key));

  const extraOf = (device: ListedDevice, picked: readonly string[]): Record<string, Value> => {
    const values: Record<string, Value> = {};
    for (const collection of singles) {
      const wanted = picked.filter((name) => name.startsWith(`${collection.name}.`));
      if (wanted.length === 0) continue;
      const [row] = inventory.ofAnyCollection.section(device.id, collection.name);
      for (const name of wanted) values[name] = row?.[name.slice(collection.name.length + 1)] ?? null;
    }
    return values;
  };

  /** Rows of the list, with their tags and picked fields. */
  const listRows = (listed: readonly ListedDevice[], picked: readonly string[]): DeviceRow[] => {
    const tags = rules.tagsOfAll(listed.map(({ id }) => id));
    const rows = model.toRows(listed);
    return listed.map((device, at) => ({
      ...(rows[at] as DeviceRow),
      tags: tags.get(device.id) ?? [],
      extra: extraOf(device, picked),
    }));
  };

  const idsOf = (list: ListState, scope: Scope): number[] =>
    model.ids({
      scope,
      filter: deviceFilters.within(scope).read(termsOf(list)),
      sort: sortOf(list),
      descending: list.descending,
    });

  const fieldsIn = (scope: Scope) => {
    const inReach = deviceFilters.groupsIn(scope);
    const groups = references(objects, 'group').filter(({ id }) => inReach?.has(id) !== false);
    return { groups, fields: askedFields(deviceFilters.vocabulary, deviceFieldWords(groups), listLayer + 1) };
  };

  const showList = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const scope = scopeFor(c, 'devices:read');
    const language = deviceFilters.within(scope);
    const ctx = viewContext(deps, c);
    const { groups, fields } = fieldsIn(scope);
    const asked = askedList(c, ctx, language, fields);
    if (asked instanceof Response) return asked;
    const { list, filtering } = asked;
    const query = {
      scope,
      sort: sortOf(list),
      descending: list.descending,
      limit: pageRows,
      ...defined({ after: currentCursor(list) }),
    };
    const { rows, ...page } = askedPage(asked, (filter) => model.page({ ...query, filter }));
    return c.html(
      <Devices
        ctx={countedViews(
          ctx,
          asked.list,
          language,
          (filter) => model.page({ scope, sort: 'name', descending: false, limit: 1, filter }).total,
          { name: 'devices.state.pending', query: 'state=pending', count: pendingIn(scope) },
        )}
        list={list}
        page={{ ...page, rows: listRows(rows, pickedExtras(list)) }}
        siteTotal={deviceList.count(undefined, scope)}
        canAct={holdsAnywhere(signedIn(c).actor, 'devices:write')}
        filters={filtering}
        extraColumns={extraColumns}
        groups={groups}
      />,
      asked.status,
    );
  };

  const pendingIn = (scope: Scope): number =>
    deviceList.counts(scope).reduce((sum, { state, devices: n }) => (state === 'pending' ? sum + n : sum), 0);

  const sendList = (c: Context<ConsoleEnv>): Response => {
    const scope = scopeFor(c, 'devices:read');
    const list = listState(c, deviceFilters.parameters);
    const ctx = viewContext(deps, c, 'part');
    const { head, cellsOf } = fileColumns(ctx, list, deviceColumns(extraColumns));
    const picked = pickedExtras(list);
    // The order and the number are those of this moment; what stands in the rows is read as they are sent.
    const ids = idsOf(list, scope);
    const read = function* (): Generator<Cell[]> {
      for (let at = 0; at < ids.length; at += fileBatch)
        for (const row of listRows(model.some(ids.slice(at, at + fileBatch)), picked)) yield cellsOf(row);
    };
    return sendRows(deps, c, ctx, {
      name: 'devices',
      title: ctx.t('nav.devices'),
      page: paths.devices(),
      filter: askedWords(ctx, list, deviceFilters.within(scope), fieldsIn(scope).fields),
      head,
      rows: { count: ids.length, read },
    });
  };

  type Bulk = {
    name: string;
    run: (actor: Actor, device: ListedDevice) => void;
    danger?: true;
    /** The way back, once it is done. */
    undo?: () => { action: string; fields: Record<string, string> } | undefined;
  };
  const bulkOf = (action: string, group: string, tag: string, scope: Scope): Bulk => {
    if (action === 'tag' || action === 'untag') {
      if (tag === '' || tag.length > maxTagLength) throw invalid({ newTag: { key: 'validation.required' } });
      const isAdded = action === 'tag';
      const changed: string[] = [];
      return {
        name: `devices.${action}`,
        run: (actor, { publicId }) => {
          changed.push(...(isAdded ? rules.addTag : rules.removeTag)(actor, tag, [publicId]));
        },
        undo: () =>
          changed.length === 0
            ? undefined
            : {
                action: paths.devicesTagUndo(),
                fields: { id: rules.noteTagChange({ tag, added: isAdded, devices: changed }) },
              },
      };
    }
    if (action === 'approve')
      return {
        name: 'devices.approve',
        run: (actor, device) => void devices.approve(actor, device.id),
      };
    if (action === 'revoke')
      return {
        name: 'devices.revoke',
        danger: true,
        run: (actor, device) => void devices.revoke(actor, device.id),
      };
    if (action === 'move') {
      const isThere = objects.find('group', group) !== undefined && deviceFilters.groupsIn(scope)?.has(group) !== false;
      if (group !== '' && !isThere) throw invalid({ group: { key: 'validation.reference' } });
      return {
        name: group === '' ? 'devices.ungroup' : 'devices.move',
        run: (actor, device) =>
          void objects.put(actor, 'device-decision', device.publicId, { group: group === '' ? null : group }),
      };
    }
    throw new AppError('MALFORMED', 'there is no such action');
  };

  const bulk = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const form = c.get('form');
    const scope = scopeOf(actor, 'devices:write');
    const selected = selectedRows(c, deps.selections, {
      path: paths.devices(),
      parameters: deviceFilters.parameters,
      scope,
      all: (list) => idsOf(list, scope),
      some: (ids) => model.idsOf(ids, scope),
      idOf: (id) => id,
    });
    const { picked } = selected;
    if (picked.length === 0) return nothingChosen(c, paths.devices());
    const group = form.text('group');
    const tag = form.text('newTag').trim();
    const action = bulkOf(form.text('action'), group, tag, scope);
    const groupName = group === '' ? '' : String(objects.find('group', group)?.body['name'] ?? '');
    const params = { n: picked.length, group: groupName, tag };
    return bulkAct(c, viewContext(deps, c), {
      selected,
      name: action.name,
      params,
      list: paths.devices(),
      action: paths.devicesBulk(),
      fields: [
        ['action', form.text('action')],
        ['group', group],
        ['newTag', tag],
      ],
      items: (some) =>
        model.some(some).map(({ publicId, name }) => ({ id: publicId, name, href: paths.device(publicId) })),
      typesNumber: true,
      asks: defined({ danger: action.danger }),
      run: async () => {
        await inParts(picked, (part) =>
          transact(() => {
            for (const device of model.some(part)) action.run(actor, device);
          }),
        );
        return { toast: { message: { key: `toast.${action.name}`, params }, ...defined({ undo: action.undo?.() }) } };
      },
    });
  };

  const undoTags = (c: Context<ConsoleEnv>): Response => {
    const { actor } = signedIn(c);
    const { tag, added, devices: changed } = rules.undoTagChange(actor, c.get('form').text('id'));
    return goWith(c, paths.devices(), {
      message: { key: `toast.devices.${added ? 'untag' : 'tag'}`, params: { n: changed, tag } },
    });
  };

  return new Hono<ConsoleEnv>()
    .post(paths.devicesTagUndo.pattern, undoTags)
    .get(paths.devices.pattern, showList)
    .get(paths.devicesCsv.pattern, sendList)
    .post(paths.devicesBulk.pattern, bulk);
};
