import { z } from 'zod';
import { time } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { ProvisionService } from './service.ts';

// The data provision register.

const { operation } = operationsOver<{ provision: ProvisionService }>({ area: 'provision', bound: 'site' });

const entry = z.object({
  row: z.string().describe('Row of the data map'),
  pillar: z.string(),
  name: z.string(),
  title: z.string().describe('Key of the catalogue, like `source` and `purpose`'),
  source: z.string(),
  purpose: z.string(),
  rows: z.int(),
  bytes: z.int().optional(),
  tables: z.array(z.string()).describe('Tables of the database that hold it'),
  files: z.array(z.string()).describe('Files below the data directory: `*` within a folder, `**` below it'),
  retention: z.union([
    z.object({ days: z.int(), since: z.literal('report').optional().describe('After the last report of the device') }),
    z.enum(['kept', 'while-device', 'by-type', 'derived']),
  ]),
  personal: z.enum(['yes', 'no', 'possible']),
  protection: z.array(z.string()),
  leaves: z.object({ file: z.string(), fields: z.array(z.string()) }).nullable(),
  fields: z.array(
    z.object({
      name: z.string(),
      label: z.string(),
      personal: z.boolean(),
      encrypted: z.boolean(),
      leaves: z.boolean(),
    }),
  ),
});

export const registerSchemas = { RegisterEntry: entry };

export const registerOperations = [
  operation({
    name: 'provision.show',
    http: { method: 'get', path: '/provision' },
    right: 'provision:read',
    summary: 'The data provision register: what is held, from where, why, how long, and what of it leaves',
    input: z.strictObject({}),
    output: z.object({
      at: time,
      rows: z.array(entry),
      undeclared: z.array(z.string()).describe('Fields that a request can carry and no declaration names'),
    }),
    run: ({ provision, actor }) => {
      const { at, entries, undeclared } = provision.register(actor);
      return { at, rows: entries, undeclared };
    },
    command: {
      example: 'sallyport provision show --data /var/lib/sallyport --json',
      print: (out, { rows }) =>
        out.table(
          ['ROW', 'NAME', 'PILLAR', 'ROWS', 'KEPT, DAYS', 'PERSONAL', 'LEAVES'],
          rows.map(({ row, name, pillar, rows: count, retention, personal, leaves }) => [
            row,
            name,
            pillar,
            count,
            typeof retention === 'string' ? retention : retention.days,
            personal,
            leaves?.file ?? 'no',
          ]),
        ),
      json: ({ at, rows, undeclared }) => ({ at: Date.parse(at), entries: rows, undeclared }),
    },
  }),
];
