import { setTimeout as sleep } from 'node:timers/promises';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import { scopeOf } from '../../engine/objects/types.ts';
import { deviceId, deviceReference, numberPaging, time } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { DeviceQueries } from '../devices/types.ts';
import { deviceIn } from '../devices/view.ts';
import type { QueryService } from './service.ts';
import {
  type DeviceAnswer,
  type LiveQuery,
  largestSampleBytes,
  maxSqlLength,
  maxWaitSeconds,
  querySchema,
  type Sample,
  type SampleService,
  sampleSchema,
  shownState,
} from './types.ts';

// Live queries with their answers, and files for analysis.

const { operation, download } = operationsOver<{
  queries: QueryService;
  samples: SampleService;
  deviceQueries: DeviceQueries;
}>({ area: 'queries', bound: 'device', scoped: true });

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

export const querySchemas = { LiveQuery: querySchema, LiveAnswer: answerSchema, Sample: sampleSchema };

const toSample = (deviceQueries: DeviceQueries, sample: Sample) => ({
  ...sample,
  device: deviceQueries.names([sample.device]).get(sample.device) ?? {
    id: String(sample.device),
    name: `#${sample.device}`,
  },
});

const query = z.string().min(1).max(64);
const sample = z.string().min(1).max(64);
const sql = z.string().min(1).max(maxSqlLength);
const waitSeconds = z.int().min(1).max(maxWaitSeconds).default(60);

const everyMs = 500;
const pageDevices = 500;

export const queryOperations = [
  operation({
    name: 'query.list',
    http: { method: 'get', path: '/queries' },
    right: 'queries:read',
    summary: 'Lists live queries, the newest first',
    input: z.strictObject({ limit: numberPaging.limit }),
    output: z.object({ rows: z.array(querySchema) }),
    run: ({ queries, actor }, { limit }) => ({
      rows: queries.list({ scope: scopeOf(actor, 'queries:read'), limit }),
    }),
  }),
  operation({
    name: 'query.ask',
    http: { method: 'post', path: '/queries', status: 201 },
    right: 'queries:write',
    summary: 'Asks devices by SQL through osquery',
    description:
      'Read-only, outside of the queues of tasks. Refused (FORBIDDEN) for what would connect elsewhere, show secrets or fetch files. Every query is in the journal.',
    input: z.strictObject({
      sql,
      devices: z.array(deviceId).max(10_000).optional().describe('Absent: every device that osquery speaks for'),
      waitSeconds,
    }),
    output: querySchema,
    run: ({ queries, actor }, { devices: wanted, ...rest }) =>
      queries.run(actor, { ...rest, ...defined({ devices: wanted }) }),
  }),
  operation({
    name: 'query.run',
    right: 'queries:write',
    summary: 'Asks devices by SQL through osquery, and waits for what they say',
    input: z.strictObject({
      sql,
      devices: z.array(deviceId).optional().describe('Only these devices (all that osquery speaks for)'),
      waitSeconds: waitSeconds.describe('Seconds until the query ends for devices that did not answer (60)'),
    }),
    output: z.custom<{ query: LiveQuery; answers: DeviceAnswer[] }>(),
    run: async ({ queries, actor, note }, { devices: wanted, ...rest }) => {
      const { id, counts } = queries.run(actor, { ...rest, ...defined({ devices: wanted }) });
      note(`query ${id}: ${counts.expected} devices asked`);
      const scope = scopeOf(actor, 'queries:read');
      while (queries.get(id, scope).state === 'running') await sleep(everyMs);
      const answers: DeviceAnswer[] = [];
      for (let after: number | undefined; ; ) {
        const page = queries.answers(actor, id, { limit: pageDevices, ...defined({ after }) });
        answers.push(...page);
        after = page.at(-1)?.device;
        if (page.length < pageDevices) break;
      }
      return { query: queries.get(id, scope), answers };
    },
    command: {
      positionals: ['sql'],
      flags: { devices: { name: 'device', value: 'ID' }, waitSeconds: { name: 'wait', value: 'S' } },
      example: `sallyport query run 'select name, version from deb_packages' --device 6f1c0b1e8b7d4c5f9a3e2d1c0b9a8f7e --wait 60 --json`,
      print: (out, { query: { counts }, answers }) => {
        const columns = [...new Set(answers.flatMap(({ rows }) => rows).flatMap((row) => Object.keys(row)))];
        out.table(
          ['DEVICE', ...columns],
          answers.flatMap(({ name, rows }) =>
            rows.map((row) => [name, ...columns.map((column) => row[column] ?? null)]),
          ),
        );
        for (const answer of answers) {
          if (answer.state === 'answered') continue;
          out.note(`${answer.name}: ${shownState(answer)}${answer.message === null ? '' : `: ${answer.message}`}`);
        }
        const { answered, expected, failed, denylisted, offline } = counts;
        out.note(`${answered} of ${expected} answered, ${failed} failed, ${denylisted} denylisted, ${offline} offline`);
      },
      json: ({ query: { id, state, counts }, answers }) => ({
        id,
        state,
        counts,
        devices: answers.map((answer) => ({
          id: answer.publicId,
          name: answer.name,
          state: shownState(answer),
          rows: answer.rows,
          rowCount: answer.rowCount,
          cut: answer.isCut,
          message: answer.message,
        })),
      }),
      exit: ({ query: { counts } }) => (counts.answered === counts.expected ? 0 : 1),
    },
  }),
  operation({
    name: 'query.show',
    http: { method: 'get', path: '/queries/{query}' },
    right: 'queries:read',
    summary: 'One live query with its counts',
    input: z.strictObject({ query }),
    output: querySchema,
    run: ({ queries, actor }, given) => queries.get(given.query, scopeOf(actor, 'queries:read')),
  }),
  operation({
    name: 'query.answers',
    http: { method: 'get', path: '/queries/{query}/answers' },
    right: 'queries:read',
    summary: 'The answer of each device: rows or the failure',
    input: z.strictObject({ query, ...numberPaging }),
    output: z.object({ rows: z.array(answerSchema), total: z.int(), next: z.int().nullable() }),
    run: ({ queries, actor }, { query: id, limit, after }) => {
      const found = queries.answers(actor, id, { limit: limit + 1, ...defined({ after }) });
      const page = found.slice(0, limit);
      return {
        rows: page.map((answer) => ({
          ...answer,
          device: { id: answer.publicId, name: answer.name },
          state: shownState(answer),
          cut: answer.isCut,
        })),
        total: queries.get(id, scopeOf(actor, 'queries:read')).counts.expected,
        next: found.length > limit ? (page.at(-1)?.device ?? null) : null,
      };
    },
  }),
  operation({
    name: 'query.stop',
    http: { method: 'post', path: '/queries/{query}/stop' },
    right: 'queries:write',
    summary: 'Stops a query: devices that were not asked yet are not asked',
    input: z.strictObject({ query }),
    output: querySchema,
    run: ({ queries, actor }, given) => queries.stop(actor, given.query),
  }),
  operation({
    name: 'sample.list',
    http: { method: 'get', path: '/samples' },
    right: 'queries:read',
    summary: 'Lists files that were asked for, the newest first',
    input: z.strictObject({ limit: numberPaging.limit }),
    output: z.object({ rows: z.array(sampleSchema) }),
    run: ({ samples, deviceQueries, actor }, { limit }) => ({
      rows: samples.list({ scope: scopeOf(actor, 'queries:read'), limit }).map((one) => toSample(deviceQueries, one)),
    }),
  }),
  operation({
    name: 'sample.ask',
    http: { method: 'post', path: '/samples', status: 201 },
    right: 'queries:write',
    summary: 'Asks for one file of a device; somebody else approves it',
    input: z.strictObject({
      device: deviceId,
      path: z.string().min(1).max(1_024).describe('The full path of one file'),
      reason: z.string().min(1).max(500),
      maxBytes: z.int().min(1).max(largestSampleBytes).optional(),
    }),
    output: sampleSchema,
    run: ({ samples, deviceQueries, actor }, { device, path, reason, maxBytes }) => {
      const id = deviceIn(deviceQueries, device, scopeOf(actor, 'queries:write'));
      const wanted = { device: id, path, reason, ...defined({ maxBytes }) };
      return toSample(deviceQueries, samples.ask(actor, wanted));
    },
  }),
  operation({
    name: 'sample.decide',
    http: { method: 'post', path: '/samples/{sample}/decision' },
    person: 'to-agree',
    decides: true,
    right: 'queries:write',
    summary: 'Approves or declines what another person asked for',
    input: z.strictObject({ sample, decision: z.enum(['approve', 'decline']) }),
    output: sampleSchema,
    run: ({ samples, deviceQueries, actor }, { sample: id, decision }) =>
      toSample(deviceQueries, samples.decide(actor, id, decision)),
  }),
  download({
    name: 'sample.file',
    http: { method: 'get', path: '/samples/{sample}/file' },
    right: 'queries:write',
    summary: 'The file as it came, in a tar',
    description: 'It may be an attack.',
    input: z.strictObject({ sample }),
    file: 'application/octet-stream',
    run: ({ samples, actor }, { sample: id }) => ({
      name: `sample-${id.slice(0, 8)}.tar`,
      body: Buffer.concat([...samples.read(actor, id)]),
    }),
  }),
];
