import { z } from 'zod';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import { comment, deviceId, deviceReference, pageOf, paging, present, search, time } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import type { NewDeployment } from './types.ts';

const taskStates = ['queued', 'running', 'installed', 'verified', 'failed', 'skipped', 'cancelled'] as const;

const deploymentSchema = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: time,
  createdBy: z.string().describe('`type:id` of who created it'),
  updates: z.array(z.string()),
  timeoutMinutes: z.int(),
  state: z.enum(['running', 'finished', 'cancelled']),
  counts: z.record(z.enum(taskStates), z.int()).describe('Orders per state'),
});

const taskSchema = z.object({
  id: z.string(),
  device: deviceReference,
  update: z.string(),
  state: z.enum(taskStates).describe('`verified`: the next inventory shows it; `installed`: the installer said so'),
  reason: z.string().nullable(),
  attempt: z.int(),
  queuedAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  verifiedAt: time.nullable(),
  steps: z.array(
    z.object({
      name: z.string(),
      exit: z.int().nullable(),
      output: z.string().nullable(),
      ms: z.int().nullable(),
    }),
  ),
});

const wantedSchema = z.strictObject({
  updates: z.array(z.string().min(1).max(64)).min(1).max(1_000),
  devices: z
    .array(deviceId)
    .max(100_000)
    .optional()
    .describe('Absent, with no group either: every device that needs it'),
  group: z.string().max(512).optional(),
  name: z.string().max(200).optional(),
  timeoutMinutes: z.int().min(1).max(1_440).optional(),
  comment: comment.optional(),
});

/** Orders to install approved updates, and what came of them. */
export const deploymentRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { deployments, deviceQueries } = parts;
  names.add(deploymentSchema, { id: 'Deployment' });
  names.add(taskSchema, { id: 'Task' });
  names.add(wantedSchema, { id: 'NewDeployment' });
  const tag = 'deployments' as const;
  const right = 'deployments:read' as const;
  const params = z.strictObject({ deployment: z.string().min(1).max(64) });

  const wantedOf = ({ updates, ...rest }: z.output<typeof wantedSchema>): NewDeployment => ({
    updates,
    ...present(rest),
  });

  const tasksOf = (deployment: string) => {
    const tasks = deployments.tasks(deployment);
    const named = deviceQueries.names([...new Set(tasks.map(({ device }) => device))]);
    return tasks.map(({ device, updateId, result, deployment: _own, ...task }) => ({
      ...task,
      device: named.get(device) ?? { id: String(device), name: `#${device}` },
      update: updateId,
      steps: result?.steps ?? [],
    }));
  };

  return [
    jsonRoute({
      method: 'get',
      path: '/deployments',
      tag,
      right,
      summary: 'Lists deployments, the newest first',
      query: z.strictObject({ search: search.optional(), ...paging }),
      response: pageOf(deploymentSchema),
      handle: ({ query: { limit, ...rest } }) => {
        const page = deployments.list({ limit, ...present(rest) });
        return { ...page, next: page.next ?? null };
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/deployments/preview',
      tag,
      right,
      summary: 'What a deployment would do; nothing is ordered',
      body: wantedSchema,
      response: z.object({
        devices: z.int().describe('How many would get an order'),
        orders: z.int(),
        tasks: z.array(
          z.object({ device: deviceReference, update: z.string(), skipped: z.string().nullable().describe('Why not') }),
        ),
      }),
      handle: ({ body }) => {
        const { tasks, ...counts } = deployments.preview(wantedOf(body));
        const named = deviceQueries.names([...new Set(tasks.map(({ device }) => device))]);
        return {
          ...counts,
          tasks: tasks.map(({ device, updateId, skipped }) => ({
            device: named.get(device) ?? { id: String(device), name: `#${device}` },
            update: updateId,
            skipped: skipped ?? null,
          })),
        };
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/deployments',
      tag,
      right: 'deployments:write',
      summary: 'Orders approved updates to devices',
      body: wantedSchema,
      status: 201,
      response: deploymentSchema,
      handle: ({ actor, body }) => deployments.create(actor, wantedOf(body)),
    }),
    jsonRoute({
      method: 'get',
      path: '/deployments/{deployment}',
      tag,
      right,
      summary: 'One deployment with the order of each device',
      params,
      response: deploymentSchema.extend({ tasks: z.array(taskSchema) }),
      handle: ({ params: { deployment } }) => ({ ...deployments.get(deployment), tasks: tasksOf(deployment) }),
    }),
    jsonRoute({
      method: 'post',
      path: '/deployments/{deployment}/cancel',
      tag,
      right: 'deployments:write',
      summary: 'Takes back the orders that no device has begun',
      params,
      response: deploymentSchema,
      handle: ({ actor, params: { deployment } }) => deployments.cancel(actor, deployment),
    }),
  ];
};
