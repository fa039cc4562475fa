import { z } from 'zod';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import { time, timeOf } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import type { DiscoveryRun } from './service.ts';

const counts = z.record(z.string(), z.int()).describe('What the last run that went well found');

const runSchema = z.object({
  id: z.string(),
  name: z.string(),
  lastAt: time.nullable(),
  okAt: time.nullable().describe('The last run that went well: the content is of then'),
  code: z.string().nullable().describe('Why the last run failed; null when it went well'),
  message: z.string().nullable(),
  counts: counts.nullable(),
  job: z.int().nullable().describe('The run that waits or works'),
});

const planSchema = z.object({
  addresses: z.int(),
  excluded: z.int().describe('Left out because controllers live there'),
  ports: z.array(z.int()),
  ping: z.boolean(),
  probes: z.int(),
  ratePerSecond: z.int(),
  seconds: z.int(),
  examples: z.array(z.string()),
  digest: z.string().describe('Says exactly this plan; a confirmation names it'),
  hindrance: z.enum(['controllers', 'disabled', 'nothing', 'unconfirmed', 'hours']).nullable(),
});

const rowOf = ({ id, name, last, running }: DiscoveryRun<unknown>): z.infer<typeof runSchema> => ({
  id,
  name,
  lastAt: last.at === null ? null : timeOf(last.at),
  okAt: last.okAt === null ? null : timeOf(last.okAt),
  code: last.code,
  message: last.message,
  counts: last.summary === null ? null : (last.summary as Record<string, number>),
  job: running?.id ?? null,
});

const idOf = z.strictObject({ id: z.string().min(1).max(512) });
const started = z.object({ job: z.int() });

/** Directories and address ranges: how they went, what would be sent, starting and stopping. Entries are objects. */
export const discoveryRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { discovery } = parts;
  names.add(runSchema, { id: 'DiscoveryRun' });
  names.add(planSchema, { id: 'ScanPlan' });
  const rows = z.object({ rows: z.array(runSchema) });
  return [
    jsonRoute({
      method: 'get',
      path: '/discovery/directories',
      tag: 'devices',
      right: 'devices:read',
      summary: 'Directories and how each was read last',
      response: rows,
      handle: () => ({ rows: discovery.directories().map(rowOf) }),
    }),
    jsonRoute({
      method: 'post',
      path: '/discovery/directories/{id}/test',
      tag: 'devices',
      right: 'devices:write',
      summary: 'Connects, logs in and looks at the base names; keeps nothing',
      params: idOf,
      response: z.object({ vendor: z.string(), bases: z.array(z.string()) }),
      handle: async ({ actor, params }) => {
        const { vendor, bases } = await discovery.testDirectory(actor, params.id);
        return { vendor, bases: [...bases] };
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/discovery/directories/{id}/poll',
      tag: 'devices',
      right: 'devices:write',
      summary: 'Reads a directory now',
      params: idOf,
      response: started,
      handle: ({ actor, params }) => ({ job: discovery.start(actor, 'poll', params.id) }),
    }),
    jsonRoute({
      method: 'get',
      path: '/discovery/ranges',
      tag: 'devices',
      right: 'devices:read',
      summary: 'Address ranges and how each was asked last',
      response: rows,
      handle: () => ({ rows: discovery.ranges().map(rowOf) }),
    }),
    jsonRoute({
      method: 'get',
      path: '/discovery/ranges/{id}/plan',
      tag: 'devices',
      right: 'devices:read',
      summary: 'What asking a range would send; sends nothing',
      params: idOf,
      response: planSchema,
      handle: ({ actor, params }) => {
        const { range: _range, ...plan } = discovery.plan(actor, params.id);
        const hindrance = discovery.hindrance(params.id) ?? null;
        return { ...plan, hindrance: hindrance as z.infer<typeof planSchema>['hindrance'] };
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/discovery/ranges/{id}/confirm',
      tag: 'devices',
      right: 'devices:write',
      summary: 'Confirms exactly one plan, with its number of addresses',
      params: idOf,
      body: z.strictObject({ digest: z.string().length(64), addresses: z.int().min(0) }),
      response: z.object({ confirmed: z.boolean() }),
      handle: ({ actor, params, body }) => {
        discovery.confirm(actor, params.id, body);
        return { confirmed: true };
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/discovery/ranges/{id}/scan',
      tag: 'devices',
      right: 'devices:write',
      summary: 'Asks a confirmed range now',
      params: idOf,
      response: started,
      handle: ({ actor, params }) => ({ job: discovery.start(actor, 'scan', params.id) }),
    }),
    jsonRoute({
      method: 'post',
      path: '/discovery/ranges/{id}/stop',
      tag: 'devices',
      right: 'devices:write',
      summary: 'Ends the run of a range',
      params: idOf,
      response: z.object({ stopping: z.boolean() }),
      handle: ({ actor, params }) => {
        discovery.stop(actor, 'scan', params.id);
        return { stopping: true };
      },
    }),
  ];
};
