import { z } from 'zod';
import type { InventoryService } from '../../engine/inventory/service.ts';
import { scopeOf } from '../../engine/objects/types.ts';
import { termsIn } from '../../platform/filter/parameters.ts';
import {
  anyOf,
  deviceId,
  deviceReference,
  givenDay,
  numberPageOf,
  numberPaging,
  search,
  time,
} from '../../platform/shapes.ts';
import { itemToWire } from '../../server/api/values.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { DeviceQueries } from '../devices/types.ts';
import { deviceIn } from '../devices/view.ts';
import { baselineId, upToDate } from './operations.ts';
import { readableCollections } from './readable.ts';
import type { BaselineService } from './service.ts';
import { type Deviation, deviationStates, operations } from './types.ts';

// Deviations: what differs from baselines, and deciding about it.

const { operation } = operationsOver<{
  baselines: BaselineService;
  inventory: InventoryService;
  deviceQueries: DeviceQueries;
}>({ area: 'devices', bound: 'device', scoped: true });

const deviation = z.object({
  id: z.int(),
  baseline: z.string(),
  device: deviceReference.nullable(),
  collection: z.string(),
  operation: z.enum(operations),
  title: z.string().nullable().describe('Null where it is personal'),
  before: z.record(z.string(), z.unknown()).nullable(),
  after: z.record(z.string(), z.unknown()).nullable(),
  since: time,
  until: time.nullable(),
  outcome: z.enum(['gone', 'accepted', 'approved', 'uncovered']).nullable(),
  decision: z
    .object({ actor: z.string(), at: time, reason: z.string(), expiresAt: time.nullable() })
    .nullable()
    .describe('Who accepted it'),
  workOrder: z.string().nullable(),
});

export const deviationSchemas = { Deviation: deviation };

const toDeviation = (inventory: InventoryService, row: Deviation) => {
  const { fields } = inventory.collection(row.collection);
  return {
    ...row,
    before: itemToWire(fields, row.change.before),
    after: itemToWire(fields, row.change.after),
    decision: row.acceptance,
    workOrder: row.workOrder?.text ?? null,
  };
};

const ids = z.array(z.int().min(1)).min(1).max(5_000);

export const deviationOperations = [
  operation({
    name: 'deviation.list',
    http: { method: 'get', path: '/deviations' },
    right: 'devices:read',
    summary: 'What differs from baselines, the newest first',
    input: z.strictObject({
      state: z.enum(deviationStates).default('open'),
      device: deviceId.optional(),
      baseline: baselineId.optional(),
      collection: z.array(z.string().max(64)).max(50).optional(),
      operation: anyOf(operations),
      search: search.optional(),
      olderThanDays: z.int().min(0).max(10_000).optional().describe('Open for more than so many days'),
      ...numberPaging,
    }),
    output: numberPageOf(deviation),
    run: (context, { device, collection, limit, after, search: q, olderThanDays: age, ...asked }) => {
      const { inventory, deviceQueries, actor } = context;
      const scope = scopeOf(actor, 'devices:read');
      const readable = readableCollections(inventory, actor, scope);
      const page = upToDate(context).deviations({
        scope,
        limit,
        after,
        filter: context.baselines.language.read(termsIn({ ...asked, q, age })),
        collection: collection === undefined ? readable : readable.filter((name) => collection.includes(name)),
        ...(device === undefined ? {} : { device: deviceIn(deviceQueries, device, scope) }),
      });
      const named = deviceQueries.names([...new Set(page.rows.map((row) => row.device))]);
      return {
        total: page.total,
        next: page.next ?? null,
        rows: page.rows.map((row) => ({ ...toDeviation(inventory, row), device: named.get(row.device) ?? null })),
      };
    },
    command: {
      flags: { olderThanDays: { name: 'days' } },
      rows: Number.POSITIVE_INFINITY,
      example: 'sallyport deviation list --days 35 --data /var/lib/sallyport',
      print: (out, { rows }) =>
        out.table(
          ['ID', 'DEVICE', 'SECTION', 'WHAT', 'ITEM', 'SINCE', 'WORK ORDER', 'OUTCOME'],
          rows.map((row) => [
            row.id,
            row.device?.id ?? null,
            row.collection,
            row.operation,
            row.title,
            row.since,
            row.workOrder,
            row.outcome,
          ]),
        ),
      json: ({ rows }) =>
        rows.map(({ before, after, decision, workOrder, ...row }) => ({
          ...row,
          device: row.device?.id ?? null,
          change: { before, after },
          acceptance: decision,
          workOrder: workOrder === null ? null : { text: workOrder },
        })),
    },
  }),
  operation({
    name: 'deviation.accept',
    http: { method: 'post', path: '/deviations/accept' },
    right: 'devices:write',
    summary: 'Makes deviations part of their baselines; each baseline has a new revision',
    input: z.strictObject({
      ids,
      reason: z.string().min(1).max(500).describe('Why; goes into the revision'),
      expiresAt: givenDay.optional().describe('Until when; then it is a deviation again'),
      scope: z.enum(['device', 'group']).default('device'),
    }),
    output: z.object({ accepted: z.int(), baselines: z.array(z.string()) }),
    run: (context, { ids: wanted, reason, expiresAt, scope }) => {
      const done = context.baselines.accept(context.actor, wanted, {
        reason,
        scope,
        expiresAt: expiresAt === undefined ? null : Date.parse(expiresAt),
      });
      upToDate(context);
      return done;
    },
    command: {
      positionals: ['ids'],
      flags: {
        expiresAt: { name: 'expires', value: 'DAY' },
        scope: { name: 'whole-group', means: 'group', help: "where the baseline is a group's: for all its devices" },
      },
      example: 'sallyport deviation accept 17 18 --reason "change 2041" --data /var/lib/sallyport',
      print: (out, { accepted, baselines }) =>
        out.line(`${accepted} accepted, new revisions of ${baselines.join(', ') || 'no baseline'}`),
      exit: ({ accepted }) => (accepted === 0 ? 1 : 0),
    },
  }),
  operation({
    name: 'deviation.work-order',
    http: { method: 'post', path: '/deviations/work-order' },
    right: 'devices:write',
    summary: 'Notes the number of a work order for deviations; null takes it away',
    input: z.strictObject({ ids, order: z.string().min(1).max(100).nullable() }),
    output: z.object({ noted: z.int() }),
    run: ({ baselines, actor }, { ids: wanted, order }) => ({ noted: baselines.setWorkOrder(actor, wanted, order) }),
  }),
];
