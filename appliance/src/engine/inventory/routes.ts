import { z } from 'zod';
import { csvMark, csvRow } from '../../platform/csv/write.ts';
import { AppError } from '../../platform/errors.ts';
import { lineStream } from '../../platform/http/line-stream.ts';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, fileRoute, jsonRoute } from '../../server/api/route.ts';
import {
  deviceId,
  deviceReference,
  pageOf,
  paging,
  present,
  search,
  time,
  timeOrNull,
} from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import {
  hasPersonal,
  personalParameter,
  recordPersonal,
  rowValues,
  type Value,
  valuesSchema,
} from '../../server/api/values.ts';
import { byWhom } from '../objects/types.ts';
import { type Collection, type Field, type InventoryRow, type ListQuery, readRight } from './types.ts';

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
};

type ListParameters = {
  device?: string;
  search?: string;
  category?: string;
  sort?: string;
  descending: boolean;
  personal: boolean;
  limit?: number;
  after?: string;
};

/** The parameters of a collection's list, from its declaration. */
const listParameters = (collection: Collection, own: Record<string, z.ZodType>): z.ZodType<ListParameters> => {
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
    ...Object.fromEntries(filters),
    search: search.optional(),
    device: deviceId.optional(),
    ...(collection.name === 'executable'
      ? { category: z.string().max(64).describe('What falls into an application category').optional() }
      : {}),
    sort: z.enum(sorts as [string, ...string[]]).optional(),
    descending: z.boolean().default(false),
    ...(hasPersonal(collection) ? { personal: personalParameter } : {}),
    ...own,
  }) as unknown as z.ZodType<ListParameters>;
};

const whereOf = (query: Readonly<Record<string, unknown>>): NonNullable<ListQuery['where']> =>
  Object.fromEntries(
    Object.entries(query)
      .filter(([name, value]) => name.startsWith(prefix) && value !== undefined)
      .map(([name, value]) => [name.slice(prefix.length), value as string | number | boolean | string[]]),
  );

/** Lists of every collection over the whole site and its section of a device, made from their declarations. */
export const inventoryRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { inventory, events, devices, deviceQueries, appCategories: categories } = parts;

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
  names.add(collectionSchema, { id: 'Collection' });

  const queryOf = (collection: Collection, query: ListParameters): Omit<ListQuery, 'limit' | 'after'> => {
    const sort = query.sort === 'devices' || query.sort === 'device' ? `_${query.sort}` : query.sort;
    return {
      collection: collection.name,
      where: whereOf(query),
      descending: query.descending,
      personal: query.personal === true,
      ...present({
        search: query.search,
        // A field may bear the name of the counter; then it is the field.
        sort: query.sort !== undefined && query.sort in collection.fields ? query.sort : sort,
        matching: query.category === undefined ? undefined : categories.matching(query.category),
        device: query.device === undefined ? undefined : devices.byPublicId(query.device).id,
      }),
    };
  };

  const ofCollection = (collection: Collection): ApiRoute[] => {
    const { name } = collection;
    const isShared = collection.mode === 'shared';
    const right = readRight(collection);
    const values = valuesSchema(collection);
    names.add(values, { id: `item.${name}` });
    const row = z.object({
      id: z.int(),
      ...(isShared
        ? { devices: z.int().describe('How many devices have it') }
        : { device: deviceReference.nullable() }),
      values,
    }) as unknown as z.ZodType<Row>;
    names.add(row, { id: `row.${name}` });

    const toRows = (rows: readonly InventoryRow[]): Row[] => {
      const named = deviceQueries.names(rows.map((found) => Number(found['_device'] ?? 0)).filter((id) => id > 0));
      return rows.map((found) => ({
        id: found.id,
        ...(isShared
          ? { devices: Number(found['_devices'] ?? 0) }
          : { device: named.get(Number(found['_device'] ?? 0)) ?? null }),
        values: rowValues(collection, found),
      }));
    };

    const list = jsonRoute({
      method: 'get',
      path: `/inventory/${name}`,
      tag: name === 'software' ? 'software' : 'devices',
      right,
      summary: `Lists ${name} of the whole site, or of one device`,
      query: listParameters(collection, paging),
      response: pageOf(row),
      handle: ({ actor, query }) => {
        const asked = queryOf(collection, query);
        if (asked.personal) recordPersonal(events, { actor, what: name, device: asked.device });
        const page = inventory.ofAnyCollection.list({
          ...asked,
          limit: query.limit ?? 100,
          ...present({ after: query.after }),
        });
        return { rows: toRows(page.rows), total: page.total, next: page.next ?? null };
      },
    });

    const csv = fileRoute({
      method: 'get',
      path: `/inventory/${name}.csv`,
      tag: name === 'software' ? 'software' : 'devices',
      right,
      summary: `The list of ${name} as CSV, whole`,
      description: 'Takes the parameters of the list and is recorded.',
      query: listParameters(collection, {}),
      type: 'text/csv; charset=utf-8',
      handle: ({ actor, query }) => {
        const asked = queryOf(collection, query);
        // The first page is read before anything is said, so that what is refused is refused with its code.
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
        const lines = function* (): Generator<string> {
          yield csvMark + csvRow([...columns, isShared ? 'devices' : 'device']);
          for (let page = first; ; ) {
            for (const found of toRows(page.rows)) {
              const cells = found.values;
              const last = isShared ? found.devices : found.device?.name;
              yield csvRow([...columns.map((column) => cells[column]), last]);
            }
            if (page.next === undefined) return;
            page = inventory.ofAnyCollection.list({ ...asked, limit: csvPageRows, after: page.next });
          }
        };
        return { name: `${name}.csv`, body: lineStream(lines()) };
      },
    });

    const section = jsonRoute({
      method: 'get',
      path: `/devices/{device}/sections/${name}`,
      tag: name === 'software' ? 'software' : 'devices',
      right,
      summary: `What the device reports as ${name}, whole`,
      params: z.strictObject({ device: deviceId }),
      query: z.strictObject(hasPersonal(collection) ? { personal: personalParameter } : {}) as unknown as z.ZodType<{
        personal?: boolean;
      }>,
      response: z.object({
        collection: z.string(),
        door: z.string().nullable().describe('Which door reported it; null when none did'),
        collectedAt: time.nullable(),
        rows: z.array(z.object({ id: z.int(), values })),
      }),
      handle: ({ actor, params: { device }, query: { personal = false } }) => {
        const { id } = devices.byPublicId(device);
        if (personal) recordPersonal(events, { actor, what: name, device: id });
        const rows = inventory.ofAnyCollection.section(id, name, { personal });
        return {
          collection: name,
          door: rows[0]?._door ?? null,
          collectedAt: timeOrNull(rows[0]?._collectedAt),
          rows: rows.map((found) => ({ id: found.id, values: rowValues(collection, found) })),
        };
      },
    });

    if (!isShared) return [section, list, csv];
    const bearers = jsonRoute({
      method: 'get',
      path: `/inventory/${name}/{item}/devices`,
      tag: name === 'software' ? 'software' : 'devices',
      right,
      summary: `The devices that have an item of ${name}`,
      params: z.strictObject({ item: z.int().min(1) }),
      response: z.object({ rows: z.array(deviceReference), total: z.int() }),
      handle: ({ params }) => {
        const rows = [...deviceQueries.names(inventory.itemDevices(name, params.item)).values()];
        // An item that no device has is about to be dropped.
        if (rows.length === 0) throw new AppError('NOT_FOUND', 'there is no such item');
        return { rows, total: rows.length };
      },
    });
    return [section, list, csv, bearers];
  };

  return [
    jsonRoute({
      method: 'get',
      path: '/inventory',
      tag: 'devices',
      right: 'devices:read',
      summary: 'The collections, their fields and how much there is',
      response: z.object({ rows: z.array(collectionSchema) }),
      handle: () => {
        const counts = new Map(inventory.counts().map((count) => [count.collection, count]));
        return {
          rows: inventory.collections().map((collection) => ({
            name: collection.name,
            mode: collection.mode,
            rows: counts.get(collection.name)?.rows ?? 0,
            devices: counts.get(collection.name)?.devices ?? 0,
            doors: collection.doors,
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
    }),
    ...inventory.collections().flatMap(ofCollection),
  ];
};
