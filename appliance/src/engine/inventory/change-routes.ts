import { z } from 'zod';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import {
  anyOf,
  deviceId,
  deviceReference,
  givenTime,
  numberPaging,
  present,
  time,
  timeOf,
} from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import { personalParameter, recordPersonal, toWire } from '../../server/api/values.ts';
import { type Actor, hasRight, requireRight } from '../objects/types.ts';
import { type Change, type Collection, readRight } from './types.ts';

const operations = ['first', 'added', 'removed', 'changed'] as const;

/** A change as it is sent. */
const changeSchema = z.object({
  id: z.int(),
  at: time,
  collection: z.string(),
  door: z.string(),
  operation: z.enum(operations),
  title: z.string().nullable(),
  before: z.record(z.string(), z.unknown()).nullable(),
  after: z.record(z.string(), z.unknown()).nullable(),
  count: z.int().nullable().describe('Of a first report: how many items it held'),
});

const siteChangeSchema = changeSchema.extend({ device: deviceReference.nullable() });

const filterSchema = {
  collection: z.array(z.string().max(64)).max(50).optional(),
  operation: anyOf(operations),
  item: z.string().max(256).optional().describe('Whole title of an item of a shared collection, all its versions'),
  from: givenTime.optional(),
  to: givenTime.optional(),
  personal: personalParameter,
  ...numberPaging,
};

type Filter = {
  collection?: string[] | undefined;
  operation?: (typeof operations)[number][] | undefined;
  item?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  after?: number | undefined;
};

const toChange = (fields: Collection['fields'], change: Change) => {
  const side = (item: Readonly<Record<string, unknown>> | null) =>
    item && Object.fromEntries(Object.entries(item).map(([name, value]) => [name, toWire(fields[name], value)]));
  const { id, collection, door, operation, title, count } = change;
  return {
    id,
    at: timeOf(change.at),
    collection,
    door,
    operation,
    title,
    before: side(change.before),
    after: side(change.after),
    count,
  };
};

/** What changed: of the whole site and of one device. */
export const changeRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { inventory, devices, deviceQueries, events } = parts;
  names.add(changeSchema, { id: 'Change' });
  names.add(siteChangeSchema, { id: 'SiteChange' });
  const tag = 'devices' as const;
  const right = 'devices:read' as const;

  const queryOf = (actor: Actor, { collection, operation, item, from, to, after }: Filter) => {
    for (const name of collection ?? []) requireRight(actor, readRight(inventory.collection(name)));
    const readable = inventory.collections().filter((one) => hasRight(actor, readRight(one)));
    const all = readable.length === inventory.collections().length;
    return present({
      collection: collection ?? (all ? undefined : readable.map(({ name }) => name)),
      operation,
      title: item,
      from: from === undefined ? undefined : Date.parse(from),
      to: to === undefined ? undefined : Date.parse(to),
      after,
    });
  };

  return [
    jsonRoute({
      method: 'get',
      path: '/changes',
      tag,
      right,
      summary: 'What changed on all devices, the newest first',
      query: z.strictObject({ device: deviceId.optional(), ...filterSchema }),
      response: z.object({ rows: z.array(siteChangeSchema), next: z.int().nullable() }),
      handle: ({ actor, query }) => {
        const { device, limit, personal } = query;
        const asked = queryOf(actor, query);
        const id = device === undefined ? undefined : devices.byPublicId(device).id;
        if (personal) recordPersonal(events, { actor, what: 'changes', device: id });
        const rows = inventory.changes({ ...asked, limit, personal, ...present({ device: id }) });
        const named = deviceQueries.names([...new Set(rows.map((row) => row.device))]);
        return {
          rows: rows.map((row) => ({
            ...toChange(inventory.collection(row.collection).fields, row),
            device: named.get(row.device) ?? null,
          })),
          next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null,
        };
      },
    }),
    jsonRoute({
      method: 'get',
      path: '/devices/{device}/changes',
      tag,
      right,
      summary: 'What changed on a device, the newest first',
      params: z.strictObject({ device: deviceId }),
      query: z.strictObject(filterSchema),
      response: z.object({ rows: z.array(changeSchema), next: z.int().nullable() }),
      handle: ({ actor, params: { device }, query }) => {
        const { limit, personal } = query;
        const { id } = devices.byPublicId(device);
        const asked = queryOf(actor, query);
        if (personal) recordPersonal(events, { actor, what: query.collection?.join(' ') ?? 'changes', device: id });
        const rows = inventory.changes({ device: id, limit, personal, ...asked });
        return {
          rows: rows.map((row) => toChange(inventory.collection(row.collection).fields, row)),
          next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null,
        };
      },
    }),
  ];
};
