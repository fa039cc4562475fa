import { z } from 'zod';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, emptyRoute, jsonRoute } from '../../server/api/route.ts';
import { deviceId, deviceReference, time, timeOf, timeOrNull } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import { deviceModel } from './view.ts';

const doorSchema = z.object({
  door: z.string(),
  clientId: z.string().describe('What the client calls itself; of the own agent the digest of its key'),
  state: z.enum(['pending', 'approved', 'held', 'replaced', 'revoked']),
  agent: z.string(),
  address: z.string().nullable(),
  firstSeenAt: time,
  lastSeenAt: time.nullable(),
});

const pairSchema = z.object({
  one: deviceReference,
  two: deviceReference,
  why: z.array(
    z.object({ reason: z.enum(['uuid', 'serial', 'mac', 'dns', 'resembles']), values: z.array(z.string()) }),
  ),
});

const movesSchema = z.object({
  doors: z.array(z.object({ door: z.string(), agent: z.string(), letIn: z.boolean() })),
  sections: z.array(
    z.object({
      collection: z.string(),
      door: z.string(),
      from: z.enum(['other', 'both']),
      kept: z.enum(['keep', 'other']).describe('Whose section stays'),
    }),
  ),
  changes: z.int().describe('Of its history'),
  decision: z.record(z.string(), z.unknown()).describe('What was said only about the other record'),
  rows: z.record(z.string(), z.object({ moved: z.int(), aside: z.int() })).describe('Of other tables'),
});

const mergeSchema = z.object({
  merge: z.int(),
  keep: deviceReference,
  other: deviceReference,
  at: time,
  actor: z.string(),
});

/** Records of devices: clients, duplicates, merging and its undo, removal. */
export const deviceRecordRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { devices } = parts;
  const model = deviceModel(parts);
  names.add(doorSchema, { id: 'DeviceDoor' });
  names.add(mergeSchema, { id: 'DeviceMerge' });
  const tag = 'devices' as const;
  const params = z.strictObject({ device: deviceId });
  const pair = (device: string, other: string): [number, number] => [
    devices.byPublicId(device).id,
    devices.byPublicId(other).id,
  ];

  return [
    jsonRoute({
      method: 'get',
      path: '/devices/{device}/doors',
      tag,
      right: 'devices:read',
      summary: 'The clients of a device, those in use first',
      params,
      response: z.object({ rows: z.array(doorSchema) }),
      handle: ({ params: { device } }) => ({
        rows: devices.doors(devices.byPublicId(device).id).map((door) => ({
          door: door.door,
          clientId: door.clientId,
          state: door.state,
          agent: door.agent,
          address: door.from,
          firstSeenAt: timeOf(door.firstSeenAt),
          lastSeenAt: timeOrNull(door.lastSeenAt),
        })),
      }),
    }),
    jsonRoute({
      method: 'get',
      path: '/device-duplicates',
      tag,
      right: 'devices:read',
      summary: 'Pairs of records that may be one device, the likeliest first',
      response: z.object({ rows: z.array(pairSchema) }),
      handle: () => {
        const pairs = devices.duplicates();
        const references = model.references(pairs.flatMap(({ one, two }) => [one, two]));
        const reference = (id: number) => references.get(id) ?? { id: String(id), name: `#${id}` };
        return { rows: pairs.map(({ one, two, why }) => ({ one: reference(one), two: reference(two), why })) };
      },
    }),
    jsonRoute({
      method: 'get',
      path: '/devices/{device}/merge',
      tag,
      right: 'devices:write',
      summary: 'What would move if another record became part of this device',
      params,
      query: z.strictObject({ other: deviceId }),
      response: movesSchema,
      handle: ({ actor, params: { device }, query: { other } }) => {
        const { doors, sections, changes, decision, rows } = devices.previewMerge(actor, ...pair(device, other));
        return { doors, sections, changes, decision, rows };
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/devices/{device}/merge',
      tag,
      right: 'devices:write',
      summary: 'Makes another record part of this device; it can be undone',
      params,
      body: z.strictObject({ other: deviceId }),
      response: z.object({ merge: z.int() }),
      handle: ({ actor, params: { device }, body: { other } }) => ({
        merge: devices.merge(actor, ...pair(device, other)),
      }),
    }),
    emptyRoute({
      method: 'post',
      path: '/devices/{device}/distinct',
      tag,
      right: 'devices:write',
      summary: 'Two records are two devices, whatever they share',
      params,
      body: z.strictObject({ other: deviceId }),
      handle: ({ actor, params: { device }, body: { other } }) => devices.setDistinct(actor, ...pair(device, other)),
    }),
    emptyRoute({
      method: 'delete',
      path: '/devices/{device}',
      tag,
      right: 'devices:write',
      summary: 'Removes the record of a device that may not come in, with all that is known of it',
      params,
      handle: ({ actor, params: { device } }) => devices.forget(actor, devices.byPublicId(device).id),
    }),
    jsonRoute({
      method: 'get',
      path: '/device-merges',
      tag,
      right: 'devices:read',
      summary: 'Merges that can be undone, the newest first',
      response: z.object({ rows: z.array(mergeSchema) }),
      handle: () => ({
        rows: devices.merges().map((merge) => ({
          merge: merge.id,
          keep: model.reference(merge.keep),
          other: { id: merge.otherPublicId, name: merge.otherName },
          at: timeOf(merge.at),
          actor: merge.actor,
        })),
      }),
    }),
    jsonRoute({
      method: 'post',
      path: '/device-merges/{merge}/undo',
      tag,
      right: 'devices:write',
      summary: 'Two records again',
      description: 'CONFLICT unless it is the newest merge of its device.',
      params: z.strictObject({ merge: z.coerce.number().int().min(1) }),
      response: z.object({ keep: deviceReference, other: deviceReference }),
      handle: ({ actor, params: { merge } }) => {
        const { keep, other } = devices.undoMerge(actor, merge);
        return { keep: model.reference(keep), other: model.reference(other) };
      },
    }),
  ];
};
