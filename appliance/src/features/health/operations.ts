import { z } from 'zod';
import { operationsOver } from '../../server/operations/operation.ts';
import { EXPOSITION_TYPE, exposition } from './exposition.ts';
import { type MetricsParts, metricFamilies } from './metrics.ts';
import type { HealthService } from './service.ts';
import { healthSchema } from './types.ts';

// Whether the appliance can do its work, and figures of it for monitoring.

const { operation, download } = operationsOver<MetricsParts & { health: HealthService }>({
  area: 'settings',
  bound: 'site',
});

export const healthSchemas = { Health: healthSchema };

const none = z.strictObject({});

export const healthOperations = [
  operation({
    name: 'health',
    http: { method: 'get', path: '/health' },
    right: 'settings:read',
    summary: 'Whether database, schema, disk, keys and jobs are well; the command exits with 1 when one is not',
    input: none,
    output: healthSchema,
    run: ({ health }) => health.current(),
    command: {
      example: 'sallyport health --data /var/lib/sallyport',
      print: (out, { checks, pagesCheckedAt }) => {
        out.table(
          ['check', 'state', 'code', 'detail'],
          checks.map(({ name, state, code, detail }) => [name, state, code, detail]),
        );
        out.line(`pages of the database: ${pagesCheckedAt === null ? 'never checked' : `checked ${pagesCheckedAt}`}`);
      },
      exit: ({ isReady }) => (isReady ? 0 : 1),
    },
  }),
  download({
    name: 'metrics',
    http: { method: 'get', path: '/metrics' },
    right: 'metrics:read',
    summary: 'Figures for monitoring in the text format of Prometheus; also at /metrics',
    input: none,
    file: EXPOSITION_TYPE,
    run: (parts) => ({ name: 'metrics.txt', body: Buffer.from(exposition(metricFamilies(parts))) }),
  }),
  operation({
    name: 'metrics.show',
    right: 'metrics:read',
    summary: 'Prints the figures for monitoring that do not need the serving process, in the text format of Prometheus',
    input: none,
    output: z.object({ text: z.string() }),
    run: (parts) => ({ text: exposition(metricFamilies(parts)) }),
    command: {
      example: 'sallyport metrics show --data /var/lib/sallyport',
      print: (out, { text }) => out.line(text.trimEnd()),
    },
  }),
];
