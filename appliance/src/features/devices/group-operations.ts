import { z } from 'zod';
import type { ObjectService } from '../../engine/objects/service.ts';
import { scopeOf } from '../../engine/objects/types.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import { groupRows } from './group-view.ts';
import type { DeviceFilters, DeviceQueries } from './types.ts';

// The tree of groups.

type Needs = { objects: ObjectService; deviceFilters: DeviceFilters; deviceQueries: DeviceQueries };
const { operation } = operationsOver<Needs>({ area: 'devices', bound: 'group', scoped: true });

export const groupOperations = [
  operation({
    name: 'group.tree',
    http: { method: 'get', path: '/groups' },
    right: 'devices:read',
    summary: 'The tree of groups from the top down, with their devices',
    input: z.strictObject({}),
    output: z.object({
      rows: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          parent: z.string().nullable(),
          level: z.int().describe('1 at the top'),
          devices: z.int().describe('In the group itself'),
          below: z.int().describe('In the group and all below it'),
        }),
      ),
    }),
    run: (context) => ({ rows: groupRows(context, scopeOf(context.actor, 'devices:read')) }),
    command: {
      example: 'sallyport group tree --data /var/lib/sallyport',
      print: (out, { rows }) =>
        out.table(
          ['GROUP', 'DEVICES', 'WITH THOSE BELOW', 'ID'],
          rows.map(({ name, level, devices, below, id }) => [`${'  '.repeat(level - 1)}${name}`, devices, below, id]),
        ),
      json: ({ rows }) => ({ items: rows }),
    },
  }),
];
