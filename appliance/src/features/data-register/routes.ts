import { z } from 'zod';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import { time, timeOf } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';

const entrySchema = z.object({
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

/** The data provision register. */
export const provisionRoutes = ({ provision }: ApiParts, names: SchemaNames): ApiRoute[] => {
  names.add(entrySchema, { id: 'RegisterEntry' });
  return [
    jsonRoute({
      method: 'get',
      path: '/provision',
      tag: 'provision',
      right: 'provision:read',
      summary: 'The data provision register: what is held, from where, why, how long, and what of it leaves',
      response: z.object({
        at: time,
        rows: z.array(entrySchema),
        undeclared: z.array(z.string()).describe('Fields that a request can carry and no declaration names'),
      }),
      handle: ({ actor }) => {
        const { at, entries, undeclared } = provision.register(actor);
        return { at: timeOf(at), rows: entries, undeclared };
      },
    }),
  ];
};
