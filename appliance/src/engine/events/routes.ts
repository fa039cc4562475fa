import { z } from 'zod';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import {
  anyOf,
  deviceId,
  deviceReference,
  givenTime,
  numberPageOf,
  numberPaging,
  present,
  search,
  time,
  timeOf,
} from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';

const severities = ['critical', 'failure', 'warning', 'info'] as const;
const areaNames = [
  'devices',
  'software',
  'vulnerabilities',
  'updates',
  'deployments',
  'queries',
  'exchange',
  'events',
  'accounts',
  'settings',
  'provision',
] as const;

const eventSchema = z.object({
  id: z.int(),
  at: time,
  type: z.string(),
  severity: z.enum(severities),
  area: z.enum(areaNames),
  device: deviceReference.nullable(),
  actor: z.string().nullable().describe('`type:id` of who did it'),
  from: z.string().nullable().describe('The address that the call came from'),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  audit: z.int().nullable().describe('Its number in the audit chain'),
});

const auditSchema = z.object({
  seq: z.int(),
  at: time,
  actor: z.string(),
  from: z.string().nullable(),
  operation: z.string(),
  kind: z.string(),
  object: z.string(),
  revision: z.int(),
  commitment: z.string(),
  prev: z.string(),
  hash: z.string(),
});

/** What happened, and the chain that proves it. */
export const eventRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { events, devices, deviceQueries } = parts;
  names.add(eventSchema, { id: 'Event' });
  names.add(auditSchema, { id: 'AuditEntry' });
  const tag = 'events' as const;
  const right = 'events:read' as const;

  return [
    jsonRoute({
      method: 'get',
      path: '/events',
      tag,
      right,
      summary: 'Lists events, the newest first',
      query: z.strictObject({
        search: search.optional(),
        severity: anyOf(severities),
        type: z.array(z.string().max(64)).max(50).optional(),
        area: anyOf(areaNames),
        device: deviceId.optional(),
        from: givenTime.optional(),
        to: givenTime.optional(),
        audit: z.boolean().optional(),
        ...numberPaging,
      }),
      response: numberPageOf(eventSchema),
      handle: ({ query: { limit, device, from, to, ...rest } }) => {
        const page = events.list({
          limit,
          ...present({
            ...rest,
            device: device === undefined ? undefined : devices.records(devices.byPublicId(device).id),
            from: from === undefined ? undefined : Date.parse(from),
            to: to === undefined ? undefined : Date.parse(to),
          }),
        });
        const named = deviceQueries.names([...new Set(page.rows.flatMap((row) => row.device ?? []))]);
        return {
          rows: page.rows.map((row) => ({
            id: row.id,
            at: timeOf(row.at),
            type: row.type,
            severity: row.severity,
            area: row.area,
            device: row.device === null ? null : (named.get(row.device) ?? null),
            actor: row.actor,
            from: row.from,
            params: row.params,
            audit: row.auditSeq,
          })),
          total: page.total,
          next: page.next ?? null,
        };
      },
    }),
    jsonRoute({
      method: 'get',
      path: '/events/types',
      tag,
      right,
      summary: 'The types of events and how long each is kept',
      response: z.object({
        rows: z.array(
          z.object({
            type: z.string(),
            severity: z.enum(severities),
            area: z.enum(areaNames),
            params: z.record(z.string(), z.enum(['text', 'integer', 'time'])),
            audit: z.boolean(),
            retentionDays: z.int(),
          }),
        ),
      }),
      handle: () => ({
        rows: events.types().map(({ type, severity, area, params, audit = false, retentionDays }) => ({
          type,
          severity,
          area,
          params,
          audit,
          retentionDays,
        })),
      }),
    }),
    jsonRoute({
      method: 'get',
      path: '/audit',
      tag,
      right,
      summary: 'Entries of the audit chain, the newest first',
      query: z.strictObject({
        kind: z.string().max(64).optional(),
        object: z.string().max(512).optional(),
        ...numberPaging,
      }),
      response: z.object({ rows: z.array(auditSchema), next: z.int().nullable() }),
      handle: ({ query: { limit, ...rest } }) => {
        const rows = events.audit({ limit, ...present(rest) });
        return {
          rows: rows.map((entry) => ({ ...entry, at: timeOf(entry.at) })),
          next: rows.length === limit ? (rows.at(-1)?.seq ?? null) : null,
        };
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/audit/verify',
      tag,
      right,
      summary: 'Verifies the whole audit chain now',
      response: z.object({
        ok: z.boolean(),
        length: z.int(),
        head: z.string().optional(),
        brokenAt: z.int().optional(),
        reason: z.string().optional(),
      }),
      handle: () => events.verifyChainInTurns(),
    }),
  ];
};
