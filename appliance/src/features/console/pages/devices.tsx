import { currentCursor, filterValues, type ListState } from '@sallyport/ui/list';
import type { FilterField, Said, Value } from '@sallyport/ui/model';
import { paths, routePatterns } from '@sallyport/ui/paths';
import { Confirm } from '@sallyport/ui/views/confirm';
import { Devices, deviceColumns } from '@sallyport/ui/views/devices';
import { type Context, Hono } from 'hono';
import { AppError, invalid } from '../../../platform/errors.ts';
import { type Actor, requireRight } from '../../objects/types.ts';
import { DECISIONS } from '../../vulnerabilities/types.ts';
import { setToast } from '../cookies.ts';
import type { Cell } from '../csv.ts';
import { maxCsvRows, sendCsv } from '../csv-response.ts';
import type { DeviceModel, ListedDevice } from '../device-model.ts';
import { levelRank } from '../device-status.ts';
import { fieldColumn } from '../fields.ts';
import { actorFor } from '../guard.ts';
import { formListState, listState, references, slicePage } from '../lists.ts';
import { viewContext } from '../page.tsx';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../types.ts';
import { sayCsv } from '../words.ts';

const statuses = ['critical', 'warning', 'waiting', 'not-visible', 'ok', 'info'] as const;
const states = ['discovered', 'pending', 'managed', 'held', 'revoked'] as const;
const filterNames = ['status', 'state', 'group', 'os', 'address', 'decision'];
const typedNumberFrom = 50;

const columnWords: Readonly<Record<(typeof deviceColumns)[number], string>> = {
  status: 'devices.status',
  name: 'devices.name',
  reason: 'devices.reason',
  group: 'devices.group',
  os: 'devices.os',
  address: 'devices.address',
  seen: 'devices.contact',
  act: 'decision.act',
  findings: 'vuln.findings',
  updates: 'nav.updates',
};

const sorts: Readonly<Record<string, (device: ListedDevice) => string | number>> = {
  status: (device) => levelRank(device.level),
  name: (device) => device.name.toLowerCase(),
  group: (device) => (device.groupName ?? '').toLowerCase(),
  os: (device) => device.osText.toLowerCase(),
  address: (device) =>
    (device.address ?? '')
      .split('.')
      .map((part) => part.padStart(3, '0'))
      .join('.'),
  // The longest unseen last; never seen is longer than any.
  seen: (device) => -(device.lastSeenAt ?? 0),
  findings: (device) => -device.findings,
};

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

const includes = (text: string | null | undefined, part: string): boolean => (text ?? '').toLowerCase().includes(part);

/** The devices of a list's filter, in its order. */
export const filteredDevices = (model: DeviceModel, list: ListState): ListedDevice[] => {
  const text = list.q.toLowerCase();
  const wanted = Object.fromEntries(filterNames.map((name) => [name, filterValues(list, name)]));
  const oneOf = (name: string, is: (value: string) => boolean): boolean => {
    const values = wanted[name] ?? [];
    return values.length === 0 || values.some(is);
  };
  const hasState = (wanted['state'] ?? []).length > 0;
  const found = model.all().filter(
    (device) =>
      // What was revoked is shown to those who ask for it.
      (hasState || device.state !== 'revoked') &&
      oneOf('status', (value) => device.level === value) &&
      oneOf('state', (value) => device.state === value) &&
      oneOf('decision', (value) => device.worst === value) &&
      oneOf('group', (value) => device.group === value || includes(device.groupName, value.toLowerCase())) &&
      oneOf('os', (value) => includes(`${device.osText} ${device.os} ${device.arch ?? ''}`, value.toLowerCase())) &&
      oneOf('address', (value) => (device.address ?? '').startsWith(value)) &&
      (text === '' ||
        [device.name, device.hostname, device.dnsName, device.address, device.osText, device.publicId].some((value) =>
          includes(value, text),
        )),
  );
  const key = sorts[list.sort ?? 'status'] ?? ((device: ListedDevice) => levelRank(device.level));
  const sign = list.descending ? -1 : 1;
  return found.sort(
    (a, b) => sign * compare(key(a), key(b)) || compare(a.name.toLowerCase(), b.name.toLowerCase()) || a.id - b.id,
  );
};

/** The list of devices, its file, and what is done to many of them. */
export const devicesPages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { inventory, devices, objects } = deps;

  const singles = inventory.collections().filter((collection) => collection.single);
  const extraColumns = singles.flatMap((collection) =>
    Object.entries(collection.fields)
      .filter(([, field]) => !field.personal && !field.entered)
      .map(([name, field]) => ({
        ...fieldColumn(collection, name, field),
        name: `${collection.name}.${name}`,
        byDefault: false,
        sortable: false,
      })),
  );

  const extraOf = (device: ListedDevice, picked: readonly string[]): Record<string, Value> => {
    const values: Record<string, Value> = {};
    for (const collection of singles) {
      const wanted = picked.filter((name) => name.startsWith(`${collection.name}.`));
      if (wanted.length === 0) continue;
      const [row] = inventory.section(device.id, collection.name);
      for (const name of wanted) values[name] = row?.[name.slice(collection.name.length + 1)] ?? null;
    }
    return values;
  };
  const pickedExtras = (list: ListState): string[] =>
    list.columns.filter((name) => extraColumns.some((column) => column.name === name));

  const filters = (): FilterField[] => [
    {
      name: 'status',
      label: 'devices.status',
      options: statuses.map((value) => ({ value, key: `level.${value}` })),
    },
    {
      name: 'state',
      label: 'filter.state',
      options: states.map((value) => ({ value, key: `devices.state.${value}` })),
    },
    {
      name: 'group',
      label: 'devices.group',
      options: references(objects, 'group').map(({ id, name }) => ({ value: id, label: name })),
    },
    {
      name: 'decision',
      label: 'vuln.decision',
      options: DECISIONS.map((value) => ({ value, key: `decision.${value}` })),
    },
    { name: 'os', label: 'devices.os' },
    { name: 'address', label: 'devices.address' },
  ];

  const siteTotal = (): number => {
    const { discovered, managed, pending, held } = devices.counts();
    return discovered + managed + pending + held;
  };

  const showList = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    actorFor(c, 'devices:read');
    const list = listState(c, filterNames);
    const found = filteredDevices(model, list);
    const page = slicePage(found, currentCursor(list), (device) => device.publicId);
    const picked = pickedExtras(list);
    return c.html(
      <Devices
        ctx={viewContext(deps, c)}
        list={list}
        page={{
          ...page,
          rows: page.rows.map((device) => ({ ...model.toRow(device), extra: extraOf(device, picked) })),
          exact: true,
        }}
        siteTotal={siteTotal()}
        filters={filters()}
        extraColumns={extraColumns}
        groups={references(objects, 'group')}
      />,
    );
  };

  const sendList = (c: Context<ConsoleEnv>): Response => {
    actorFor(c, 'devices:read');
    const list = listState(c, filterNames);
    const { ctx, value, reasons } = sayCsv(deps, c);
    const own =
      list.columns.length === 0
        ? [...deviceColumns]
        : deviceColumns.filter((name) => list.columns.includes(name) || name === 'name');
    const extras = extraColumns.filter((column) => list.columns.includes(column.name));
    const cellOf = (device: ListedDevice): Cell[] => {
      const row = model.toRow(device);
      const cells: Readonly<Record<(typeof deviceColumns)[number], Cell>> = {
        status: ctx.tDynamic(`level.${row.level}`),
        name: row.name,
        reason: reasons(row.reasons),
        group: row.group?.name,
        os: row.os,
        address: row.address,
        seen: row.lastSeenAt === null ? null : ctx.fmt.iso(row.lastSeenAt),
        act: row.act,
        findings: row.findings,
        updates: row.updates,
      };
      const extra = extraOf(
        device,
        extras.map(({ name }) => name),
      );
      return [
        ...own.map((name) => cells[name]),
        ...extras.map((column) => value(extra[column.name] ?? null, column.type)),
      ];
    };
    return sendCsv(deps, c, {
      name: 'devices',
      head: [
        ...own.map((name) => ctx.tDynamic(columnWords[name])),
        ...extras.map(({ name, collection }) =>
          ctx.tDynamic(`collection.${collection}.field.${name.slice(collection.length + 1)}`),
        ),
      ],
      rows: filteredDevices(model, list).slice(0, maxCsvRows).map(cellOf),
    });
  };

  const selected = (c: Context<ConsoleEnv>): ListedDevice[] => {
    const form = c.get('form');
    if (form.text('all') === '1') return filteredDevices(model, formListState(c, form, paths.devices(), filterNames));
    const ids = new Set(form.texts('id'));
    return model.all().filter((device) => ids.has(device.publicId));
  };

  type Bulk = { name: string; run: (actor: Actor, device: ListedDevice) => void; danger?: true };
  const bulkOf = (action: string, group: string): Bulk => {
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
      if (group !== '' && objects.find('group', group) === undefined)
        throw invalid({ group: { key: 'validation.reference' } });
      return {
        name: group === '' ? 'devices.ungroup' : 'devices.move',
        run: (actor, device) =>
          void objects.put(actor, 'device-decision', device.publicId, { group: group === '' ? null : group }),
      };
    }
    throw new AppError('MALFORMED', 'there is no such action');
  };

  const bulk = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = actorFor(c, 'devices:write');
    const form = c.get('form');
    const chosen = selected(c);
    if (chosen.length === 0) {
      setToast(c, { said: { key: 'toast.nothingSelected' } });
      return c.redirect(paths.devices(), 303);
    }
    if (form.text('action') === 'deploy') {
      requireRight(actor, 'deployments:write');
      const query = new URLSearchParams(
        chosen.slice(0, 1_000).map((device): [string, string] => ['device', device.publicId]),
      );
      return c.redirect(`${paths.deploymentNew()}?${query}`, 303);
    }
    const group = form.text('group');
    const action = bulkOf(form.text('action'), group);
    const groupName = group === '' ? '' : String(objects.find('group', group)?.body['name'] ?? '');
    const params = { n: chosen.length, group: groupName };
    const typeNumber = chosen.length > typedNumberFrom;
    const isConfirmed = form.text('confirmed') === '1';
    if (isConfirmed && (!typeNumber || form.text('confirm').trim() === String(chosen.length))) {
      for (const device of chosen) action.run(actor, device);
      setToast(c, { said: { key: `toast.${action.name}`, params } });
      return c.redirect(paths.devices(), 303);
    }
    const said = (part: string): Said => ({ key: `confirm.${action.name}.${part}`, params });
    return c.html(
      <Confirm
        ctx={viewContext(deps, c)}
        section="devices"
        question={said('question')}
        consequences={[said('consequence')]}
        items={chosen.slice(0, 20).map((device) => ({
          id: device.publicId,
          name: device.name,
          href: paths.device(device.publicId),
        }))}
        count={chosen.length}
        action={paths.devicesBulk()}
        fields={[
          // Exactly these devices, also when the filter has found others meanwhile.
          ...chosen.map((device): [string, string] => ['id', device.publicId]),
          ['action', form.text('action')],
          ['group', group],
          ['confirmed', '1'],
        ]}
        button={said('button')}
        {...(action.danger ? { danger: true } : {})}
        typeNumber={typeNumber}
        cancel={paths.devices()}
        {...(isConfirmed ? { errors: { confirm: { key: 'validation.typeNumber', params } } } : {})}
      />,
      isConfirmed ? 422 : 200,
    );
  };

  return new Hono<ConsoleEnv>()
    .get(routePatterns.devices, showList)
    .get(routePatterns.devicesCsv, sendList)
    .post(routePatterns.devicesBulk, bulk);
};
