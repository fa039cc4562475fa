import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import type { DeviceQueries } from '../../features/devices/types.ts';
import { deviceIn } from '../../features/devices/view.ts';
import { AppError } from '../../platform/errors.ts';
import type { Scope } from '../../platform/scope.ts';
import { anyOf, deviceId, deviceReference, givenTime, numberPaging, time } from '../../platform/shapes.ts';
import { itemToWire, personalParameter, recordPersonal } from '../../server/api/values.ts';
import { type Caller, operationsOver } from '../../server/operations/operation.ts';
import type { EventService } from '../events/service.ts';
import { scopeOf } from '../objects/types.ts';
import type { InventoryService } from './service.ts';
import { readRight } from './types.ts';
import { reachesAll, readableCollections } from './view.ts';

// What changed: of the whole site and of one device.

type Needs = {
  inventory: InventoryService;
  deviceQueries: DeviceQueries;
  events: EventService;
};
const { operation } = operationsOver<Needs>({ area: 'devices', bound: 'device', scoped: true });

const operations = ['first', 'added', 'removed', 'changed'] as const;

const change = z.object({
  id: z.int(),
  at: time,
  collection: z.string(),
  door: z.string(),
  operation: z.enum(operations),
  title: z.string().nullable(),
  before: z.record(z.string(), z.unknown()).nullable(),
  after: z.record(z.string(), z.unknown()).nullable(),
  count: z.int().nullable().describe('Of a first report: how many items it held'),
  closed: z
    .object({ askedBy: z.string(), agreedBy: z.string(), reason: z.string() })
    .nullable()
    .describe('Of what went because the list of a source that is gone was closed: who asked for it, who agreed, why'),
});
const siteChange = change.extend({ device: deviceReference.nullable() });

export const changeSchemas = { Change: change, SiteChange: siteChange };

const filter = z.strictObject({
  collection: z.array(z.string().max(64)).max(50).optional(),
  operation: anyOf(operations),
  item: z.string().max(256).optional().describe('Whole title of an item of a shared collection, all its versions'),
  from: givenTime.optional(),
  to: givenTime.optional(),
  personal: personalParameter,
  ...numberPaging,
});

type Asked = z.output<typeof filter> & { device?: string | undefined };

const page = (context: Needs & Caller, asked: Asked, what: string) => {
  const { inventory, deviceQueries, events, actor } = context;
  const { collection, operation: kinds, item, from, to, after, limit, personal } = asked;
  const scope = scopeOf(actor, right);
  const device = asked.device === undefined ? undefined : deviceIn(deviceQueries, asked.device, scope);
  const isReached = (held: Scope): boolean => deviceQueries.idsOf([asked.device ?? ''], held).length === 1;
  const covers = device === undefined ? reachesAll(scope) : isReached;
  const readable = readableCollections(inventory.collections(), actor, covers);
  for (const name of collection ?? []) {
    const named = inventory.collection(name);
    if (!readable.includes(named))
      throw new AppError('FORBIDDEN', `needs the right ${readRight(named)}`, { right: readRight(named) });
  }
  const isAll = readable.length === inventory.collections().length;
  if (personal) recordPersonal(events, { actor, what, device });
  const rows = inventory.changes({
    limit,
    personal,
    ...(device === undefined ? { scope } : { device }),
    ...defined({
      collection: collection ?? (isAll ? undefined : readable.map(({ name }) => name)),
      operation: kinds,
      title: item,
      from: from === undefined ? undefined : Date.parse(from),
      to: to === undefined ? undefined : Date.parse(to),
      after,
    }),
  });
  const named = context.deviceQueries.names([...new Set(rows.map((row) => row.device))]);
  return {
    rows: rows.map(({ source: door, ...row }) => {
      const { fields } = inventory.collection(row.collection);
      return {
        ...row,
        door,
        before: itemToWire(fields, row.before),
        after: itemToWire(fields, row.after),
        device: named.get(row.device) ?? null,
      };
    }),
    next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null,
  };
};

const right = 'devices:read';

export const changeOperations = [
  operation({
    name: 'change.list',
    http: { method: 'get', path: '/changes' },
    right,
    summary: 'What changed on all devices, the newest first',
    input: filter.extend({ device: deviceId.optional() }),
    output: z.object({ rows: z.array(siteChange), next: z.int().nullable() }),
    run: (context, asked) => page(context, asked, 'changes'),
  }),
  operation({
    name: 'device.changes',
    http: { method: 'get', path: '/devices/{device}/changes' },
    right,
    summary: 'What changed on a device, the newest first',
    input: filter.extend({ device: deviceId }),
    output: z.object({ rows: z.array(change), next: z.int().nullable() }),
    run: (context, asked) => page(context, asked, asked.collection?.join(' ') ?? 'changes'),
  }),
];
