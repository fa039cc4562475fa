import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import type { DeviceQueries } from '../../features/devices/types.ts';
import { deviceIn } from '../../features/devices/view.ts';
import { type Cell, csvMark, csvRow } from '../../platform/csv/write.ts';
import { AppError } from '../../platform/errors.ts';
import { termsIn } from '../../platform/filter/parameters.ts';
import { lineStream } from '../../platform/http/line-stream.ts';
import { deviceId, deviceReference, pageOf, paging, search, time, where } from '../../platform/shapes.ts';
import {
  hasPersonal,
  personalParameter,
  recordPersonal,
  rowValues,
  type Value,
  valuesSchema,
} from '../../server/api/values.ts';
import { type MadeOperations, operationsOver } from '../../server/operations/operation.ts';
import type { EventService } from '../events/service.ts';
import { type Actor, byWhom, scopeOf } from '../objects/types.ts';
import type { InventoryService } from './service.ts';
import {
  type AppCategories,
  type Collection,
  enteredFields,
  type Field,
  type HardwareRecords,
  type InventoryRow,
  type ListAsked,
  readRight,
  type WhoseItems,
} from './types.ts';
import { collectionScope } from './view.ts';

type Needs = {
  inventory: InventoryService;
  events: EventService;
  deviceQueries: DeviceQueries;
  appCategories: AppCategories;
  hardwareRecords: HardwareRecords;
};

const { operation, download } = operationsOver<Needs>({ area: 'devices', bound: 'device' });

const csvPageRows = 250;
const prefix = 'where.';

/** Fields that a list can be narrowed by: what the engine answers for. */
const isFilter = (field: Field): boolean =>
  !field.perDevice && !field.entered && (!field.personal || field.indexed === true);

const filterSchema = (field: Field): z.ZodType => {
  switch (field.type) {
    case 'integer':
    case 'real':
      return z.array(z.number()).max(200).optional();
    case 'boolean':
      return z.boolean().optional();
    case 'text':
    case 'time':
    case 'list':
      return z.array(z.string().max(1_024)).max(200).optional();
  }
};

const isSortable = (field: Field): boolean => !field.personal && !field.perDevice && !field.entered;

/** `shared`: how many devices have it; `own`: whose it is. */
type Row = {
  id: number;
  devices?: number;
  device?: { id: string; name: string } | null;
  values: Record<string, Value>;
  entered?: Entered | null;
};

/** What people entered about a part. */
type Entered = Record<string, Value | Record<string, string>>;

const isHardware = ({ name }: Collection): boolean => name === 'hardware';

const enteredSchema = z
  .object({
    record: z.string().describe('The object of the kind hardware-record'),
    inventoryNumber: z.string().nullable(),
    place: z.string().nullable(),
    price: z.string().nullable(),
    purchasedAt: z.string().nullable().describe('YYYY-MM-DDThh:mm:ssZ'),
    writtenOff: z.boolean().nullable(),
    custom: z.record(z.string(), z.string()).describe("By the site's own columns"),
  })
  .nullable()
  .describe('What people entered about the part; null: nothing') as unknown as z.ZodType<Entered | null>;

const customPrefix = 'custom.';

/** What was entered about a row of hardware of a device. */
const enteredOf = (records: HardwareRecords, device: string, row: InventoryRow): Entered | null => {
  const record = records.find(device, row);
  if (record === undefined) return null;
  const { purchasedAt, ...all } = records.values(record);
  const custom = Object.entries(all).filter(([name]) => name.startsWith(customPrefix));
  return {
    record: record.id,
    ...Object.fromEntries(enteredFields.map((name) => [name, all[name] ?? null])),
    purchasedAt: typeof purchasedAt === 'number' ? toTime(purchasedAt) : null,
    custom: Object.fromEntries(custom.map(([name, value]) => [name.slice(customPrefix.length), String(value)])),
  };
};

const category = z.string().max(64).describe('What falls into an application category').optional();

/** Where a collection has no personal values, none can be asked for. */
const personalOf = (collection: Collection) =>
  (hasPersonal(collection) ? { personal: personalParameter } : {}) as { personal: typeof personalParameter };

/** The parameters of a collection's list, from its declaration. */
const listParameters = (collection: Collection) => {
  const fields = Object.entries(collection.fields);
  const filters = fields
    .filter(([, field]) => isFilter(field))
    .map(([name, field]) => [
      `${prefix}${name}`,
      filterSchema(field).describe(field.personal ? 'Equal to one of these, whole' : 'Equal to one of these'),
    ]);
  const sorts = [
    ...fields.filter(([, field]) => isSortable(field)).map(([name]) => name),
    collection.mode === 'shared' ? 'devices' : 'device',
  ];
  return z.strictObject({
    ...(Object.fromEntries(filters) as object),
    where,
    search: search.optional(),
    device: deviceId.optional(),
    ...((collection.name === 'executable' ? { category } : {}) as { category: typeof category }),
    sort: z.enum(sorts as [string, ...string[]]).optional(),
    descending: z.boolean().default(false),
    ...personalOf(collection),
  });
};

const whereOf = (query: Readonly<Record<string, unknown>>): NonNullable<ListAsked['where']> =>
  Object.fromEntries(
    Object.entries(query)
      .filter(([name, value]) => name.startsWith(prefix) && value !== undefined)
      .map(([name, value]) => [name.slice(prefix.length), value as string | number | boolean | string[]]),
  );

const collectionSchema = z.object({
  name: z.string(),
  mode: z.enum(['shared', 'own']),
  rows: z.int(),
  devices: z.int().describe('How many devices report it'),
  doors: z.array(z.string()),
  fields: z.array(
    z.object({
      name: z.string(),
      type: z.enum(['text', 'integer', 'real', 'boolean', 'time', 'list']),
      personal: z.boolean(),
      perDevice: z.boolean(),
      filter: z.boolean(),
    }),
  ),
});

type Asked = z.output<ReturnType<typeof listParameters>>;

/** What the engine is asked; a field may have the name of the counter, then it is the field. */
const queryOf = (
  { appCategories, deviceQueries, hardwareRecords, inventory, actor }: Needs & { actor: Actor },
  collection: Collection,
  given: Asked,
): Omit<ListAsked, 'limit' | 'after'> & WhoseItems => {
  const scope = collectionScope(actor, collection);
  const { sort, category: wanted, device, where: text = '' } = given;
  const told = isHardware(collection) ? { items: hardwareRecords.search } : {};
  const isCounter = (sort === 'devices' || sort === 'device') && !(sort in collection.fields);
  return {
    collection: collection.name,
    where: whereOf(given),
    told,
    filter: inventory.language(collection, told).read(termsIn({ where: text })),
    descending: given.descending,
    personal: given.personal === true,
    ...defined({
      search: given.search,
      sort: isCounter ? `_${sort}` : sort,
      matching: wanted === undefined ? undefined : appCategories.matching(wanted),
    }),
    ...(device === undefined ? { scope } : { scope, device: deviceIn(deviceQueries, device, scope) }),
  };
};

const ofCollection = (collection: Collection): MadeOperations<Needs> => {
  const { name } = collection;
  const isShared = collection.mode === 'shared';
  const area = name === 'software' ? 'software' : 'devices';
  const right = readRight(collection);
  const values = valuesSchema(collection);
  const shown = { values, ...((isHardware(collection) ? { entered: enteredSchema } : {}) as object) };
  const row = z.object({
    id: z.int(),
    ...(isShared ? { devices: z.int().describe('How many devices have it') } : { device: deviceReference.nullable() }),
    ...shown,
  }) as unknown as z.ZodType<Row>;
  const parameters = listParameters(collection);
  /** What belongs to no device is read by who reaches the whole site. */
  const scoped = (collection.bound === 'device' ? { scoped: true } : {}) as { scoped?: true };

  const toRows = ({ deviceQueries, hardwareRecords }: Needs, rows: readonly InventoryRow[]): Row[] => {
    const named = deviceQueries.names(rows.map((found) => Number(found['_device'] ?? 0)).filter((id) => id > 0));
    return rows.map((found) => {
      const device = named.get(Number(found['_device'] ?? 0)) ?? null;
      return {
        id: found.id,
        ...(isShared ? { devices: Number(found['_devices'] ?? 0) } : { device }),
        values: rowValues(collection, found),
        ...(isHardware(collection) ? { entered: enteredOf(hardwareRecords, device?.id ?? '', found) } : {}),
      };
    });
  };

  const list = operation({
    name: `inventory.${name}.list`,
    bound: collection.bound,
    ...scoped,
    http: { method: 'get', path: `/inventory/${name}` },
    area,
    right,
    summary: `Lists ${name} of the whole site, or of one device`,
    input: parameters.extend(paging),
    output: pageOf(row),
    run: (context, given) => {
      const { inventory, events, actor } = context;
      const asked = queryOf(context, collection, given);
      if (asked.personal) recordPersonal(events, { actor, what: name, device: asked.device });
      const page = inventory.ofAnyCollection.list({
        ...asked,
        limit: given.limit,
        ...defined({ after: given.after }),
      });
      return { rows: toRows(context, page.rows), total: page.total, next: page.next ?? null };
    },
  });

  const csv = download({
    name: `inventory.${name}.csv`,
    bound: collection.bound,
    ...scoped,
    http: { method: 'get', path: `/inventory/${name}.csv` },
    area,
    right,
    summary: `The list of ${name} as CSV, whole`,
    description: 'Takes the parameters of the list and is recorded.',
    input: parameters,
    file: 'text/csv; charset=utf-8',
    run: (context, given) => {
      const { inventory, events, hardwareRecords, actor } = context;
      const asked = queryOf(context, collection, given);
      // The first page is read before the answer begins, so that a refusal has its code.
      const first = inventory.ofAnyCollection.list({ ...asked, limit: csvPageRows });
      if (asked.personal) recordPersonal(events, { actor, what: name, device: asked.device });
      events.record('data-exported', {
        ...byWhom(actor),
        params: { what: name, rows: first.total },
      });
      const columns = Object.entries(collection.fields)
        .filter(([, field]) => !field.entered && (asked.personal || !field.personal))
        .filter(([, field]) => !field.perDevice || asked.device !== undefined)
        .map(([field]) => field);
      const own = isHardware(collection) ? hardwareRecords.columns().map((column) => column.name) : [];
      const entered = isHardware(collection) ? [...enteredFields, ...own.map((column) => customPrefix + column)] : [];
      const enteredCells = (found: Row): Cell[] => {
        const { custom = {}, ...fields } = found.entered ?? {};
        const ofOwn = custom as Record<string, string>;
        return [...enteredFields.map((column) => fields[column] as Value), ...own.map((column) => ofOwn[column])];
      };
      const lines = function* (): Generator<string> {
        yield csvMark + csvRow([...columns, isShared ? 'devices' : 'device', ...entered]);
        for (let page = first; ; ) {
          for (const found of toRows(context, page.rows)) {
            const cells = found.values;
            const last = isShared ? found.devices : found.device?.name;
            const further = entered.length === 0 ? [] : enteredCells(found);
            yield csvRow([...columns.map((column) => cells[column]), last, ...further]);
          }
          if (page.next === undefined) return;
          page = inventory.ofAnyCollection.list({ ...asked, limit: csvPageRows, after: page.next });
        }
      };
      return { name: `${name}.csv`, body: lineStream(lines()) };
    },
  });

  const section = operation({
    name: `device.${name}`,
    bound: collection.bound,
    ...scoped,
    http: { method: 'get', path: `/devices/{device}/sections/${name}` },
    area,
    right,
    summary: `What the device reports as ${name}, whole`,
    input: z.strictObject({ device: deviceId, ...personalOf(collection) }),
    output: z.object({
      collection: z.string(),
      door: z.string().nullable().describe('The source that reported it; null when none did'),
      collectedAt: time.nullable(),
      rows: z.array(z.object({ id: z.int(), ...shown })),
    }),
    run: ({ inventory, events, deviceQueries, hardwareRecords, actor }, { device, ...given }) => {
      const id = deviceIn(deviceQueries, device, scopeOf(actor, right));
      const personal = given.personal === true;
      if (personal) recordPersonal(events, { actor, what: name, device: id });
      const rows = inventory.ofAnyCollection.section(id, name, { personal });
      return {
        collection: name,
        door: rows[0]?._source ?? null,
        collectedAt: rows[0]?._collectedAt ?? null,
        rows: rows.map((found) => ({
          id: found.id,
          values: rowValues(collection, found),
          ...(isHardware(collection) ? { entered: enteredOf(hardwareRecords, device, found) } : {}),
        })),
      };
    },
  });

  const devices = operation({
    name: `inventory.${name}.devices`,
    bound: collection.bound,
    ...scoped,
    http: { method: 'get', path: `/inventory/${name}/{item}/devices` },
    area,
    right,
    summary: `The devices that have an item of ${name}`,
    input: z.strictObject({ item: z.int().min(1) }),
    output: z.object({ rows: z.array(deviceReference), total: z.int() }),
    run: ({ inventory, deviceQueries, actor }, { item }) => {
      const rows = [...deviceQueries.names(inventory.itemDevices(name, item, scopeOf(actor, right))).values()];
      // An item that no device has is about to be dropped.
      if (rows.length === 0) throw new AppError('NOT_FOUND', 'there is no such item');
      return { rows, total: rows.length };
    },
  });

  return {
    operations: [section, list, csv, ...(isShared ? [devices] : [])],
    schemas: { [`item.${name}`]: values, [`row.${name}`]: row },
  };
};

const collectionList = operation({
  name: 'inventory.collections',
  scoped: true,
  http: { method: 'get', path: '/inventory' },
  right: 'devices:read',
  summary: 'The collections, their fields and how much there is',
  input: z.strictObject({}),
  output: z.object({ rows: z.array(collectionSchema) }),
  run: ({ inventory, actor }) => {
    const scope = scopeOf(actor, 'devices:read');
    const counts = new Map(inventory.counts(scope).map((count) => [count.collection, count]));
    return {
      rows: inventory
        .collections()
        .filter(({ bound }) => scope.site || bound === 'device')
        .map((collection) => ({
          name: collection.name,
          mode: collection.mode,
          rows: counts.get(collection.name)?.rows ?? 0,
          devices: counts.get(collection.name)?.devices ?? 0,
          doors: collection.sources,
          fields: Object.entries(collection.fields)
            .filter(([, field]) => !field.entered)
            .map(([name, field]) => ({
              name,
              type: field.type,
              personal: field.personal ?? false,
              perDevice: field.perDevice ?? false,
              filter: isFilter(field),
            })),
        })),
    };
  },
});

/** Lists of every collection over the whole site and its section of a device, made from their declarations. */
export function inventoryOperations({ inventory }: Pick<Needs, 'inventory'>): MadeOperations<Needs> {
  const made = inventory.collections().map(ofCollection);
  return {
    operations: [collectionList, ...made.flatMap(({ operations }) => operations)],
    schemas: Object.assign({ Collection: collectionSchema }, ...made.map(({ schemas }) => schemas)),
  };
}
