import { z } from 'zod';
import { type Collection, readRight } from '../../engine/inventory/types.ts';
import { hasRight, requireRight } from '../../engine/objects/types.ts';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, emptyRoute, jsonRoute } from '../../server/api/route.ts';
import {
  anyOf,
  comment,
  deviceId,
  deviceReference,
  givenTime,
  numberPageOf,
  numberPaging,
  present,
  search,
  time,
  timeOf,
  timeOrNull,
} from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import { toWire } from '../../server/api/values.ts';
import { deviceModel } from '../devices/view.ts';
import { baselineViews } from './view.ts';

const operations = ['added', 'removed', 'changed'] as const;
const baselineId = z.string().min(1).max(512).describe('`device:<id>` or `group:<id>`');

const baselineSchema = z.object({
  id: z.string(),
  name: z.string(),
  scope: z.enum(['device', 'group']),
  device: z.string().nullable(),
  group: z.string().nullable(),
  revision: z.int(),
  collections: z.array(z.string()),
  allowed: z.array(z.string()).describe('Exceptions: collection and title, * for any text'),
  approvedAt: time,
  expiresAt: time.nullable(),
  contentHash: z.string().describe('SHA-256 over the content and what was accepted'),
  counts: z.record(z.string(), z.int()).describe('What is expected, by collection'),
  deviations: z.int().describe('Open ones'),
  deviating: z.int().describe('Devices with open ones'),
});

const deviationSchema = z.object({
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

/** Baselines, what differs from them, and deciding about it. */
export const baselineRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { baselines, inventory, devices, deviceQueries } = parts;
  names.add(baselineSchema, { id: 'Baseline' });
  names.add(deviationSchema, { id: 'Deviation' });
  const tag = 'devices' as const;
  const views = baselineViews(parts, deviceModel(parts));

  const toBaseline = (id: string) => {
    const { approvedAt, expiresAt, ...rest } = baselines.get(id);
    return { ...rest, approvedAt: timeOf(approvedAt), expiresAt: timeOrNull(expiresAt) };
  };

  const side = (fields: Collection['fields'], item: Readonly<Record<string, unknown>> | null) =>
    item && Object.fromEntries(Object.entries(item).map(([name, value]) => [name, toWire(fields[name], value)]));

  const approval = {
    collections: z.array(z.string().max(64)).min(1).max(100),
    allowed: z.array(z.string().max(300)).max(500).optional(),
    expiresAt: givenTime.optional(),
    comment: comment.optional(),
  };

  return [
    jsonRoute({
      method: 'get',
      path: '/baselines',
      tag,
      right: 'devices:read',
      summary: 'The baselines, with how much differs from each',
      response: z.object({ rows: z.array(baselineSchema) }),
      handle: () => ({ rows: baselines.list().map(({ id }) => toBaseline(id)) }),
    }),
    jsonRoute({
      method: 'get',
      path: '/baselines/{baseline}',
      tag,
      right: 'devices:read',
      summary: 'A baseline with the devices under it',
      params: z.strictObject({ baseline: baselineId }),
      response: baselineSchema.extend({
        devices: z.array(
          z.object({ device: deviceReference, checkedAt: time.nullable(), late: z.boolean(), deviations: z.int() }),
        ),
      }),
      handle: ({ params }) => ({
        ...toBaseline(params.baseline),
        devices: views
          .detail(params.baseline)
          .coverage.map(({ checkedAt, ...row }) => ({ ...row, checkedAt: timeOrNull(checkedAt as number | null) })),
      }),
    }),
    jsonRoute({
      method: 'post',
      path: '/baselines',
      tag,
      right: 'devices:write',
      summary: 'Approves what a device holds now, for itself or as what a group is expected to hold',
      body: z.strictObject({
        device: deviceId.optional(),
        group: z.string().max(64).optional(),
        reference: deviceId.optional().describe("With a group: whose content is taken; without, the group's stays"),
        ...approval,
      }),
      response: baselineSchema,
      handle: ({ actor, body }) => {
        const { device, group, reference, collections, allowed, expiresAt } = body;
        const options = {
          collections,
          ...present({ allowed, comment: body.comment }),
          expiresAt: expiresAt === undefined ? null : Date.parse(expiresAt),
        };
        const { id } =
          device === undefined
            ? baselines.approveGroup(actor, group ?? '', { ...options, ...present({ reference }) })
            : baselines.approveDevice(actor, device, options);
        return toBaseline(id);
      },
    }),
    jsonRoute({
      method: 'get',
      path: '/baselines/{baseline}/entries',
      tag,
      right: 'devices:read',
      summary: 'What a baseline expects of a collection; with a device, what that one reports beyond it',
      params: z.strictObject({ baseline: baselineId }),
      query: z.strictObject({
        collection: z.string().max(64),
        device: deviceId.optional(),
        search: search.optional(),
        limit: numberPaging.limit,
      }),
      response: z.object({
        total: z.int(),
        rows: z.array(
          z.object({
            key: z.string().describe('`#<number>` of an item of the site, or the key of a row'),
            title: z.string().nullable().describe('Null where it is personal'),
            values: z.record(z.string(), z.unknown()),
          }),
        ),
      }),
      handle: ({ actor, params, query }) => {
        const collection = inventory.collection(query.collection);
        requireRight(actor, readRight(collection));
        const asked = { search: query.search ?? '', limit: query.limit };
        const page =
          query.device === undefined
            ? baselines.entries(params.baseline, collection.name, asked)
            : baselines.offered(params.baseline, collection.name, { ...asked, device: query.device });
        return {
          total: page.total,
          rows: page.rows.map(({ key, title, values }) => ({
            key,
            title,
            values: side(collection.fields, values) ?? {},
          })),
        };
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/baselines/{baseline}/edit',
      tag,
      right: 'devices:write',
      summary: 'Expects more, less or other things of a collection, as a new revision',
      description:
        'Nothing is typed in: what is added is an item of the site (`addItems`) or a row as a device reports it (`addRows`).',
      params: z.strictObject({ baseline: baselineId }),
      body: z.strictObject({
        collection: z.string().max(64),
        remove: z.array(z.string().max(80)).max(1_000).default([]),
        addItems: z.array(z.int().min(1)).max(1_000).default([]),
        addRows: z
          .array(z.strictObject({ device: deviceId, key: z.string().max(80) }))
          .max(1_000)
          .default([]),
        comment: comment.describe('Why; goes into the revision'),
      }),
      response: baselineSchema,
      handle: ({ actor, params, body }) => toBaseline(baselines.edit(actor, params.baseline, body).id),
    }),
    emptyRoute({
      method: 'delete',
      path: '/baselines/{baseline}',
      tag,
      right: 'devices:write',
      summary: 'Removes a baseline; its revisions stay',
      params: z.strictObject({ baseline: baselineId }),
      handle: ({ actor, params }) => baselines.remove(actor, params.baseline),
    }),
    jsonRoute({
      method: 'get',
      path: '/deviations',
      tag,
      right: 'devices:read',
      summary: 'What differs from baselines, the newest first',
      query: z.strictObject({
        state: z.enum(['open', 'closed', 'all']).default('open'),
        device: deviceId.optional(),
        baseline: baselineId.optional(),
        collection: z.array(z.string().max(64)).max(50).optional(),
        operation: anyOf(operations),
        search: search.optional(),
        olderThanDays: z.int().min(0).max(10_000).optional(),
        ...numberPaging,
      }),
      response: numberPageOf(deviationSchema),
      handle: ({ actor, query }) => {
        const { device, collection, operation, ...rest } = query;
        const readable = inventory
          .collections()
          .filter((one) => hasRight(actor, readRight(one)))
          .map(({ name }) => name);
        const page = baselines.deviations({
          limit: rest.limit,
          collection: collection === undefined ? readable : readable.filter((name) => collection.includes(name)),
          ...present({
            state: rest.state,
            baseline: rest.baseline,
            search: rest.search,
            olderThanDays: rest.olderThanDays,
            after: rest.after,
            operation,
            device: device === undefined ? undefined : devices.byPublicId(device).id,
          }),
        });
        const named = deviceQueries.names([...new Set(page.rows.map((row) => row.device))]);
        return {
          total: page.total,
          next: page.next ?? null,
          rows: page.rows.map((row) => {
            const { fields } = inventory.collection(row.collection);
            const { acceptance } = row;
            return {
              id: row.id,
              baseline: row.baseline,
              device: named.get(row.device) ?? null,
              collection: row.collection,
              operation: row.operation,
              title: row.title,
              before: side(fields, row.change.before),
              after: side(fields, row.change.after),
              since: timeOf(row.since),
              until: timeOrNull(row.until),
              outcome: row.outcome,
              decision:
                acceptance === null
                  ? null
                  : {
                      actor: acceptance.actor,
                      at: timeOf(acceptance.at),
                      reason: acceptance.reason,
                      expiresAt: timeOrNull(acceptance.expiresAt),
                    },
              workOrder: row.workOrder?.text ?? null,
            };
          }),
        };
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/deviations/accept',
      tag,
      right: 'devices:write',
      summary: 'Makes deviations part of their baselines; each baseline has a new revision',
      body: z.strictObject({
        ids: z.array(z.int().min(1)).min(1).max(5_000),
        reason: z.string().min(1).max(500),
        expiresAt: givenTime.optional(),
        scope: z.enum(['device', 'group']).default('device'),
      }),
      response: z.object({ accepted: z.int(), baselines: z.array(z.string()) }),
      handle: ({ actor, body: { ids, reason, expiresAt, scope } }) =>
        baselines.accept(actor, ids, {
          reason,
          scope,
          expiresAt: expiresAt === undefined ? null : Date.parse(expiresAt),
        }),
    }),
    jsonRoute({
      method: 'post',
      path: '/deviations/work-order',
      tag,
      right: 'devices:write',
      summary: 'Notes the number of a work order for deviations; null takes it away',
      body: z.strictObject({
        ids: z.array(z.int().min(1)).min(1).max(5_000),
        order: z.string().min(1).max(100).nullable(),
      }),
      response: z.object({ noted: z.int() }),
      handle: ({ actor, body: { ids, order } }) => ({ noted: baselines.setWorkOrder(actor, ids, order) }),
    }),
  ];
};
