import { z } from 'zod';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, fileRoute, jsonRoute } from '../../server/api/route.ts';
import { deviceId, deviceReference, numberPaging, time, timeOf, timeOrNull } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import { type LiveQuery, largestSampleBytes, maxSqlLength, maxWaitSeconds, type Sample, shownState } from './types.ts';

const countsSchema = z.object({
  expected: z.int().describe('Devices that were asked'),
  answered: z.int(),
  failed: z.int(),
  denylisted: z.int().describe('The client refuses this query for a day, because it once took too much'),
  offline: z.int().describe('Not heard from for longer than their interval'),
  waiting: z.int(),
  rows: z.int(),
});

const querySchema = z.object({
  id: z.string(),
  sql: z.string(),
  state: z.enum(['running', 'finished', 'stopped', 'expired']),
  createdAt: time,
  createdBy: z.string().describe('`type:id` of who asked'),
  deadlineAt: time,
  stoppedAt: time.nullable(),
  counts: countsSchema,
});

const answerSchema = z.object({
  device: deviceReference,
  state: z.enum(['waiting', 'offline', 'answered', 'failed', 'denylisted']),
  answeredAt: time.nullable(),
  wallMs: z.int().nullable(),
  rowCount: z.int().nullable(),
  cut: z.boolean().describe('More rows came than are kept'),
  message: z.string().nullable(),
  rows: z.array(z.record(z.string(), z.string())),
});

const sampleSchema = z.object({
  id: z.string(),
  device: deviceReference,
  path: z.string().nullable(),
  reason: z.string().nullable(),
  state: z.enum(['asked', 'approved', 'declined', 'sent', 'receiving', 'received', 'failed']),
  askedAt: time,
  askedBy: z.string(),
  decidedAt: time.nullable(),
  decidedBy: z.string().nullable(),
  sizeBytes: z.int().nullable(),
  receivedAt: time.nullable(),
  sha256: z.string().nullable(),
  code: z.string().nullable().describe('Why it failed'),
});

const toQuery = ({ createdAt, deadlineAt, stoppedAt, ...rest }: LiveQuery) => ({
  ...rest,
  createdAt: timeOf(createdAt),
  deadlineAt: timeOf(deadlineAt),
  stoppedAt: timeOrNull(stoppedAt),
});

/** Live queries with their answers, and files for analysis. */
export const queryRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { queries, samples, devices, deviceQueries } = parts;
  names.add(querySchema, { id: 'LiveQuery' });
  names.add(answerSchema, { id: 'LiveAnswer' });
  names.add(sampleSchema, { id: 'Sample' });
  const tag = 'queries' as const;
  const params = z.strictObject({ query: z.string().min(1).max(64) });
  const sampleParams = z.strictObject({ sample: z.string().min(1).max(64) });

  const toSample = (sample: Sample) => ({
    id: sample.id,
    device: deviceQueries.names([sample.device]).get(sample.device) ?? {
      id: String(sample.device),
      name: `#${sample.device}`,
    },
    path: sample.path,
    reason: sample.reason,
    state: sample.state,
    askedAt: timeOf(sample.askedAt),
    askedBy: sample.askedBy,
    decidedAt: timeOrNull(sample.decidedAt),
    decidedBy: sample.decidedBy,
    sizeBytes: sample.sizeBytes,
    receivedAt: timeOrNull(sample.receivedAt),
    sha256: sample.sha256,
    code: sample.code,
  });

  return [
    jsonRoute({
      method: 'get',
      path: '/queries',
      tag,
      right: 'queries:read',
      summary: 'Lists live queries, the newest first',
      query: z.strictObject({ limit: numberPaging.limit }),
      response: z.object({ rows: z.array(querySchema) }),
      handle: ({ query: { limit } }) => ({ rows: queries.list({ limit }).map(toQuery) }),
    }),
    jsonRoute({
      method: 'post',
      path: '/queries',
      tag,
      right: 'queries:write',
      summary: 'Asks devices by SQL through osquery',
      description:
        'Read-only, outside of the queues of tasks. Refused (FORBIDDEN) for what would connect elsewhere, show secrets or fetch files. Every query is in the journal.',
      body: z.strictObject({
        sql: z.string().min(1).max(maxSqlLength),
        devices: z.array(deviceId).max(10_000).optional().describe('Absent: every device that osquery speaks for'),
        waitSeconds: z.int().min(1).max(maxWaitSeconds).default(60),
      }),
      status: 201,
      response: querySchema,
      handle: ({ actor, body: { devices: wanted, ...rest } }) =>
        toQuery(queries.run(actor, { ...rest, ...(wanted === undefined ? {} : { devices: wanted }) })),
    }),
    jsonRoute({
      method: 'get',
      path: '/queries/{query}',
      tag,
      right: 'queries:read',
      summary: 'One live query with its counts',
      params,
      response: querySchema,
      handle: ({ params: { query } }) => toQuery(queries.get(query)),
    }),
    jsonRoute({
      method: 'get',
      path: '/queries/{query}/answers',
      tag,
      right: 'queries:read',
      summary: 'What each device said: rows or the failure',
      params,
      query: z.strictObject(numberPaging),
      response: z.object({ rows: z.array(answerSchema), total: z.int(), next: z.int().nullable() }),
      handle: ({ actor, params: { query }, query: { limit, after } }) => {
        const found = queries.answers(actor, query, { limit: limit + 1, ...(after === undefined ? {} : { after }) });
        const page = found.slice(0, limit);
        return {
          rows: page.map((answer) => ({
            device: { id: answer.publicId, name: answer.name },
            state: shownState(answer),
            answeredAt: timeOrNull(answer.answeredAt),
            wallMs: answer.wallMs,
            rowCount: answer.rowCount,
            cut: answer.isCut,
            message: answer.message,
            rows: answer.rows,
          })),
          total: queries.get(query).counts.expected,
          next: found.length > limit ? (page.at(-1)?.device ?? null) : null,
        };
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/queries/{query}/stop',
      tag,
      right: 'queries:write',
      summary: 'Asks nobody any more who was not asked yet',
      params,
      response: querySchema,
      handle: ({ actor, params: { query } }) => toQuery(queries.stop(actor, query)),
    }),
    jsonRoute({
      method: 'get',
      path: '/samples',
      tag,
      right: 'queries:read',
      summary: 'Lists files that were asked for, the newest first',
      query: z.strictObject({ limit: numberPaging.limit }),
      response: z.object({ rows: z.array(sampleSchema) }),
      handle: ({ query: { limit } }) => ({ rows: samples.list({ limit }).map(toSample) }),
    }),
    jsonRoute({
      method: 'post',
      path: '/samples',
      tag,
      right: 'queries:write',
      summary: 'Asks for one file of a device; somebody else approves it',
      body: z.strictObject({
        device: deviceId,
        path: z.string().min(1).max(1_024).describe('The full path of one file'),
        reason: z.string().min(1).max(500),
        maxBytes: z.int().min(1).max(largestSampleBytes).optional(),
      }),
      status: 201,
      response: sampleSchema,
      handle: ({ actor, body: { device, path, reason, maxBytes } }) =>
        toSample(
          samples.ask(actor, {
            device: devices.byPublicId(device).id,
            path,
            reason,
            ...(maxBytes === undefined ? {} : { maxBytes }),
          }),
        ),
    }),
    jsonRoute({
      method: 'post',
      path: '/samples/{sample}/decision',
      tag,
      right: 'queries:write',
      summary: 'Approves or declines what another person asked for',
      params: sampleParams,
      body: z.strictObject({ decision: z.enum(['approve', 'decline']) }),
      response: sampleSchema,
      handle: ({ actor, params: { sample }, body: { decision } }) => toSample(samples.decide(actor, sample, decision)),
    }),
    fileRoute({
      method: 'get',
      path: '/samples/{sample}/file',
      tag,
      right: 'queries:write',
      summary: 'The file as it came, in a tar',
      description: 'It may be an attack.',
      type: 'application/octet-stream',
      params: sampleParams,
      handle: ({ actor, params: { sample } }) => ({
        name: `sample-${sample.slice(0, 8)}.tar`,
        body: Buffer.concat([...samples.read(actor, sample)]),
      }),
    }),
  ];
};
