import { z } from 'zod';
import { time } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { ProvisionService } from './service.ts';
import { registerEntry } from './types.ts';

// The data provision register.

const { operation } = operationsOver<{ provision: ProvisionService }>({ area: 'provision', bound: 'site' });

export const registerSchemas = { RegisterEntry: registerEntry };

export const registerOperations = [
  operation({
    name: 'provision.show',
    http: { method: 'get', path: '/provision' },
    right: 'provision:read',
    summary: 'The data provision register: what is held, from where, why, how long, and what of it leaves',
    input: z.strictObject({}),
    output: z.object({
      at: time,
      rows: z.array(registerEntry),
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
