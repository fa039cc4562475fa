import { z } from 'zod';
import { type Collection, readRight } from '../../engine/inventory/types.ts';
import { immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import {
  anyOf,
  comment,
  deviceId,
  deviceReference,
  pageOf,
  paging,
  present,
  search,
  time,
  timeOf,
  timeOrNull,
} from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import { hasPersonal, personalParameter, recordPersonal, rowValues, valuesSchema } from '../../server/api/values.ts';
import { deviceUpdateSchema, toDeviceUpdate } from '../updates/types.ts';
import { findingSchema } from '../vulnerabilities/types.ts';
import { levelRank } from './device-status.ts';
import { contacts, deviceSorts } from './types.ts';
import { deviceModel, type ListedDevice } from './view.ts';

const states = ['discovered', 'pending', 'managed', 'held', 'revoked'] as const;
const levels = ['critical', 'warning', 'waiting', 'not-visible', 'ok', 'info'] as const;
const anyText = (max: number) => z.array(z.string().min(1).max(max)).max(50).optional();

const reasonSchema = z.object({
  key: z.string().describe('Key of the catalogue'),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});

const deviceSchema = z.object({
  id: z.string(),
  name: z.string(),
  hostname: z.string(),
  state: z.enum(states),
  status: z.string().describe(levels.join(', ')),
  reasons: z.array(reasonSchema).describe('Why it has this status, the worst first'),
  group: deviceReference.nullable(),
  os: z.string(),
  arch: z.string().nullable(),
  address: z.string().nullable(),
  dnsName: z.string().nullable(),
  reenrolling: z.boolean(),
  heldReason: z.string().nullable(),
  restartPending: z.boolean(),
  findings: z.int(),
  createdAt: time,
  lastSeenAt: time.nullable(),
});

const deviceDetailSchema = deviceSchema.extend({
  agentVersion: z.string(),
  resembles: deviceReference.nullable(),
  approvedAt: time.nullable(),
  enrolledAt: time.nullable(),
  revokedAt: time.nullable(),
  decision: z
    .object({
      revision: z.int().describe('0: nobody has decided anything yet'),
      displayName: z.string().nullable(),
      description: z.string().nullable(),
      group: z.string().nullable(),
    })
    .describe('What administrators say about it'),
});

const toDevice = (device: ListedDevice) => ({
  id: device.publicId,
  name: device.name,
  hostname: device.hostname,
  state: device.state,
  status: device.level,
  reasons: device.reasons.map(({ key, params }) => ({
    key,
    ...(params === undefined ? {} : { params: params as Record<string, string | number> }),
  })),
  group: device.group === null || device.groupName === null ? null : { id: device.group, name: device.groupName },
  os: device.osText,
  arch: device.arch,
  address: device.address,
  dnsName: device.dnsName,
  reenrolling: device.reenrolling,
  heldReason: device.heldReason,
  restartPending: device.restartPending,
  findings: device.findings,
  createdAt: timeOf(device.createdAt),
  lastSeenAt: timeOrNull(device.lastSeenAt),
});

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Devices: lists, one with everything that is known about it, approval, revocation, decisions. */
export const deviceRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { db, devices, inventory, events, objects, updates, vulnerabilities } = parts;
  const model = deviceModel(parts);
  for (const [schema, id] of [
    [deviceSchema, 'Device'],
    [deviceDetailSchema, 'DeviceDetail'],
  ] as const)
    names.add(schema, { id });

  const params = z.strictObject({ device: deviceId });
  const tag = 'devices' as const;

  const detail = (publicId: string) => {
    const listed = model.get(publicId);
    const device = devices.byId(listed.id);
    const decided = objects.find('device-decision', publicId);
    return {
      ...toDevice(listed),
      agentVersion: device.agentVersion,
      resembles: device.resembles === null ? null : model.reference(device.resembles),
      approvedAt: timeOrNull(device.approvedAt),
      enrolledAt: timeOrNull(device.enrolledAt),
      revokedAt: timeOrNull(device.revokedAt),
      decision: {
        revision: decided?.revision ?? 0,
        displayName: textOrNull(decided?.body['displayName']),
        description: textOrNull(decided?.body['description']),
        group: textOrNull(decided?.body['group']),
      },
    };
  };

  const section = (collection: Collection): ApiRoute =>
    jsonRoute({
      method: 'get',
      path: `/devices/{device}/sections/${collection.name}`,
      tag: collection.name === 'software' ? 'software' : tag,
      right: readRight(collection),
      summary: `What the device reports as ${collection.name}, whole`,
      params,
      query: z.strictObject(hasPersonal(collection) ? { personal: personalParameter } : {}) as unknown as z.ZodType<{
        personal?: boolean;
      }>,
      response: z.object({
        collection: z.string(),
        door: z.string().nullable().describe('Which door reported it; null when none did'),
        collectedAt: time.nullable(),
        rows: z.array(z.object({ id: z.int(), values: valuesSchema(collection) })),
      }),
      handle: ({ actor, params: { device }, query }) => {
        const { id } = devices.byPublicId(device);
        const personal = query.personal === true;
        if (personal) recordPersonal(events, { actor, what: collection.name, device: id });
        const rows = inventory.ofAnyCollection.section(id, collection.name, { personal });
        return {
          collection: collection.name,
          door: rows[0]?._door ?? null,
          collectedAt: timeOrNull(rows[0]?._collectedAt),
          rows: rows.map((row) => ({ id: row.id, values: rowValues(collection, row) })),
        };
      },
    });

  const decide = (action: 'approve' | 'revoke', summary: string): ApiRoute =>
    jsonRoute({
      method: 'post',
      path: `/devices/{device}/${action}`,
      tag,
      right: 'devices:write',
      summary,
      params,
      response: deviceDetailSchema,
      handle: ({ actor, params: { device } }) => {
        devices[action](actor, devices.byPublicId(device).id);
        return detail(device);
      },
    });

  return [
    jsonRoute({
      method: 'get',
      path: '/devices',
      tag,
      right: 'devices:read',
      summary: 'Lists devices with their status',
      description: 'Revoked devices are listed when `state` asks for them.',
      query: z.strictObject({
        search: search.optional(),
        state: anyOf(states),
        status: anyOf(levels),
        group: anyText(512).describe('Ids of groups, or parts of their names; the groups below them count'),
        tag: anyText(200).describe('Tags'),
        software: anyText(600).describe('`name` or `name/version` of an installed package'),
        user: anyText(256).describe('The whole name of an account, or of somebody who worked on it'),
        cve: anyText(200).describe('The id of an advisory, or one of its aliases, that an open finding has'),
        contact: anyOf(contacts).describe('Online, or not heard for so many days'),
        os: z.string().max(100).optional().describe('Part of the system and its release'),
        address: z.string().max(45).optional().describe('Begin of the address'),
        sort: z.enum(deviceSorts).default('status'),
        descending: z.boolean().default(false),
        ...paging,
      }),
      response: pageOf(deviceSchema),
      handle: ({ query }) => {
        const page = model.page({
          filter: {
            ...present({ search: query.search, state: query.state, group: query.group }),
            ...present({ tag: query.tag, software: query.software, user: query.user, cve: query.cve }),
            ...present({ contact: query.contact }),
            levels: (query.status ?? []).map(levelRank),
            os: query.os === undefined ? [] : [query.os],
            address: query.address === undefined ? [] : [query.address],
          },
          sort: query.sort,
          descending: query.descending,
          limit: query.limit,
          ...present({ after: query.after }),
        });
        return { rows: page.rows.map(toDevice), total: page.total, next: page.next ?? null };
      },
    }),

    jsonRoute({
      method: 'get',
      path: '/devices/{device}',
      tag,
      right: 'devices:read',
      summary: 'One device',
      params,
      response: deviceDetailSchema,
      handle: ({ params: { device } }) => detail(device),
    }),

    decide('approve', 'Lets a device in, or lets a reinstalled one on'),
    decide('revoke', 'Revokes a device: it is refused from the next request on'),

    jsonRoute({
      method: 'patch',
      path: '/devices/{device}/decision',
      tag,
      right: 'devices:write',
      summary: 'Sets the name, description or group of a device',
      params,
      body: z.strictObject({
        displayName: z.string().max(200).nullable().optional(),
        description: z.string().max(2_000).nullable().optional(),
        group: z.string().max(512).nullable().optional().describe('Id of a group'),
        expectedRevision: z.int().min(0).describe('The revision that was read; CONFLICT when there is a newer one'),
        comment: comment.optional(),
      }),
      response: deviceDetailSchema,
      handle: ({ actor, params: { device }, body: { expectedRevision, comment: said, ...patch } }) => {
        const { publicId } = devices.byPublicId(device);
        immediate(db, () => {
          const revision = objects.find('device-decision', publicId)?.revision ?? 0;
          if (revision !== expectedRevision)
            throw new AppError('CONFLICT', `the decision is at revision ${revision}, not ${expectedRevision}`, {
              revision,
            });
          objects.put(actor, 'device-decision', publicId, present(patch), present({ comment: said }));
        });
        return detail(publicId);
      },
    }),

    jsonRoute({
      method: 'get',
      path: '/devices/{device}/sections',
      tag,
      right: 'devices:read',
      summary: 'Which collections the device reports',
      params,
      response: z.object({ rows: z.array(z.object({ collection: z.string(), hash: z.string() })) }),
      handle: ({ params: { device } }) => ({
        rows: Object.entries(inventory.hashes(devices.byPublicId(device).id)).map(([collection, hash]) => ({
          collection,
          hash,
        })),
      }),
    }),
    ...inventory.collections().map(section),

    jsonRoute({
      method: 'get',
      path: '/devices/{device}/findings',
      tag: 'vulnerabilities',
      right: 'vulnerabilities:read',
      summary: 'Open findings on a device, the worst first',
      params,
      query: z.strictObject({ search: search.optional(), ...paging }),
      response: pageOf(findingSchema),
      handle: ({ params: { device }, query: { limit, ...rest } }) => {
        const page = vulnerabilities.list({ device: devices.byPublicId(device).id, limit, ...present(rest) });
        return { ...page, next: page.next ?? null };
      },
    }),

    jsonRoute({
      method: 'get',
      path: '/devices/{device}/unjudged',
      tag: 'vulnerabilities',
      right: 'vulnerabilities:read',
      summary:
        'Packages of a device that are not judged: nobody knows the source package that advisories are written about',
      params,
      response: z.object({
        total: z.int(),
        rows: z.array(z.object({ item: z.int(), name: z.string(), version: z.string() })),
      }),
      handle: ({ params: { device } }) => {
        const rows = vulnerabilities.unjudged(devices.byPublicId(device).id);
        return { total: rows.length, rows };
      },
    }),

    jsonRoute({
      method: 'get',
      path: '/devices/{device}/updates',
      tag: 'updates',
      right: 'updates:read',
      summary: 'Updates that a device needs or that were ordered for it',
      params,
      response: z.object({ rows: z.array(deviceUpdateSchema) }),
      handle: ({ params: { device } }) => ({
        rows: updates.forDevice(devices.byPublicId(device).id).map(toDeviceUpdate),
      }),
    }),
  ];
};
