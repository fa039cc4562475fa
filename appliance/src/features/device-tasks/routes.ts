import { keptFileActs, logBounds } from '@sallyport/bundle-tools/protocol/device-tasks';
import { z } from 'zod';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import { deviceId, deviceReference, numberPaging, time, timeOf, timeOrNull } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import type { DeviceTask } from './types.ts';

const logWanted = z.strictObject({ kind: z.literal('show-log'), lines: z.int().min(1).max(logBounds.lines) });
const fileWanted = z.strictObject({
  kind: z.literal('kept-file'),
  list: z.enum(['quarantine', 'backup']),
  product: z.string().max(256),
  number: z.string().max(200).describe("The product's own number of the file"),
  act: z.enum(keptFileActs),
});

const taskSchema = z.object({
  id: z.string(),
  device: deviceReference,
  wanted: z.discriminatedUnion('kind', [logWanted, fileWanted.extend({ name: z.string() })]).nullable(),
  reason: z.string().nullable(),
  state: z.enum(['asked', 'queued', 'running', 'completed', 'failed', 'timed-out', 'cancelled']),
  code: z.string().nullable().describe('Why it failed'),
  output: z.string().nullable().describe('Lines of the log, or what the product said'),
  askedAt: time,
  askedBy: z.string(),
  confirmedAt: time.nullable(),
  confirmedBy: z.string().nullable(),
  endedAt: time.nullable(),
  deadlineAt: time,
});

/** Orders about one device: its own log, and files that a security product keeps. */
export const deviceTaskRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { deviceTasks, devices, deviceQueries } = parts;
  names.add(taskSchema, { id: 'DeviceTask' });
  const tag = 'devices' as const;
  const params = z.strictObject({ task: z.string().min(1).max(64) });

  const toTask = ({ askedAt, confirmedAt, endedAt, deadlineAt, device, ...rest }: DeviceTask) => ({
    ...rest,
    device: deviceQueries.names([device]).get(device) ?? { id: String(device), name: `#${device}` },
    askedAt: timeOf(askedAt),
    confirmedAt: timeOrNull(confirmedAt),
    endedAt: timeOrNull(endedAt),
    deadlineAt: timeOf(deadlineAt),
  });

  return [
    jsonRoute({
      method: 'get',
      path: '/device-tasks',
      tag,
      right: 'devices:read',
      summary: 'What was asked of devices, the newest first',
      query: z.strictObject({ limit: numberPaging.limit, device: deviceId.optional() }),
      response: z.object({ rows: z.array(taskSchema) }),
      handle: ({ query: { limit, device } }) => ({
        rows: deviceTasks
          .list({ limit, ...(device === undefined ? {} : { device: devices.byPublicId(device).id }) })
          .map(toTask),
      }),
    }),
    jsonRoute({
      method: 'post',
      path: '/devices/{device}/tasks',
      tag,
      right: 'devices:write',
      summary: 'Asks a device for its own log, or its security product to do something with a file that it keeps',
      description:
        'A log is asked for at once; its lines come without what looks like a secret. A request about a file waits for `confirm`.',
      params: z.strictObject({ device: deviceId }),
      body: z.strictObject({
        wanted: z.discriminatedUnion('kind', [logWanted, fileWanted]),
        reason: z.string().max(500),
      }),
      status: 201,
      response: taskSchema,
      handle: ({ actor, params: { device }, body: { wanted, reason } }) =>
        toTask(deviceTasks.ask(actor, device, wanted, reason)),
    }),
    jsonRoute({
      method: 'get',
      path: '/device-tasks/{task}',
      tag,
      right: 'devices:read',
      summary: 'One task of a device, with what came back',
      params,
      response: taskSchema,
      handle: ({ params: { task } }) => toTask(deviceTasks.get(task)),
    }),
    jsonRoute({
      method: 'post',
      path: '/device-tasks/{task}/confirm',
      tag,
      right: 'devices:write',
      summary: 'The second look at a request about a file; FORBIDDEN for who asked that a file is given back',
      params,
      response: taskSchema,
      handle: ({ actor, params: { task } }) => toTask(deviceTasks.confirm(actor, task)),
    }),
    jsonRoute({
      method: 'post',
      path: '/device-tasks/{task}/cancel',
      tag,
      right: 'devices:write',
      summary: 'Takes back what has not ended',
      params,
      response: taskSchema,
      handle: ({ actor, params: { task } }) => toTask(deviceTasks.cancel(actor, task)),
    }),
  ];
};
