import { z } from 'zod';
import { time } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { ProvisionService } from './service.ts';
import { registerEntry } from './types.ts';

// The data provision register.

const { operation } = operationsOver<{ provision: ProvisionService }>({ area: 'provision', bound: 'site' });

const undeclared = z
  .array(z.string())
  .describe(
    'What no entry names: fields that a request can carry, `table NAME` of the database, `file PATH` of the data directory',
  );

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
      undeclared,
    }),
    run: ({ provision, actor }) => {
      const register = provision.register(actor);
      return { at: register.at, rows: register.entries, undeclared: register.undeclared };
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
      json: ({ at, rows, ...rest }) => ({ at: Date.parse(at), entries: rows, ...rest }),
    },
  }),

  operation({
    name: 'provision.check',
    http: { method: 'get', path: '/provision/check' },
    right: 'provision:read',
    summary: 'What the site holds and the register does not name: fields that leave, tables, files',
    input: z.strictObject({}),
    output: z.object({ at: time, entries: z.int(), undeclared }),
    run: ({ provision, actor }) => {
      const register = provision.register(actor);
      return { at: register.at, entries: register.entries.length, undeclared: register.undeclared };
    },
    command: {
      example: 'sallyport provision check --data /var/lib/sallyport',
      exit: (found) => (found.undeclared.length === 0 ? 0 : 1),
      print: (out, found) => {
        for (const line of found.undeclared) out.line(line);
        out.note(
          found.undeclared.length === 0
            ? `every table and file belongs to one of ${found.entries} entries`
            : `${found.undeclared.length} that no entry of the register names: move a foreign file away; a foreign table is a fault or was made by hand`,
        );
      },
    },
  }),
];
