import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import type { Output } from '../../cli/command.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { comment } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { AccountService } from '../accounts/service.ts';

// Settings; each set one is an object with revisions, under `/objects/setting`.

const { operation } = operationsOver<{ accounts: AccountService; db: Database; objects: ObjectService }>({
  area: 'settings',
  bound: 'site',
});

const value = z.union([z.string().max(1_000), z.int(), z.boolean(), z.array(z.string().max(1_000)).max(1_000)]);

const settingSchema = z.object({
  name: z.string(),
  area: z.string(),
  type: z.enum(['text', 'integer', 'boolean', 'choice', 'list', 'time-of-day']),
  value,
  default: value,
  isDefault: z.boolean(),
  safety: z
    .boolean()
    .describe('A token does not change it: a person does, and where there is one a second person agrees'),
  safeSide: z.enum(['off', 'lower']).optional().describe('Towards this side it changes like any other setting'),
  revision: z.int().describe('0: it was never set'),
  min: z.number().optional(),
  max: z.number().optional(),
  options: z.array(z.string()).optional(),
  unit: z.string().optional(),
});

export const settingSchemas = { Setting: settingSchema };

const all = (objects: ObjectService) =>
  objects.settings().map(({ setting, standard, ...held }) => ({
    ...setting,
    default: standard,
    ...held,
  }));

const one = (objects: ObjectService, name: string) => {
  const found = all(objects).find((setting) => setting.name === name);
  if (found === undefined) throw new AppError('NOT_FOUND', `there is no setting ${name}`);
  return found;
};

/** A value as it stands in a command line; what does not fit stays text, and the check names it. */
const fromWords = (type: string, text: string): z.infer<typeof value> => {
  if (type === 'integer') return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
  if (type === 'boolean') return text === 'true' || text === 'false' ? text === 'true' : text;
  if (type === 'list')
    return text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
  return text;
};

const printOne = (out: Pick<Output, 'line'>, row: z.infer<typeof settingSchema>): void => {
  const waits = row.safety ? '  (a change may wait for a second person: sallyport waiting list)' : '';
  out.line(`${row.name}  ${String(row.value)}${row.isDefault ? '' : `  default ${String(row.default)}`}${waits}`);
};

const name = z.string().min(1).max(128);

export const settingOperations = [
  operation({
    name: 'setting.list',
    http: { method: 'get', path: '/settings' },
    right: 'settings:read',
    summary: 'Lists every setting with its value and its default',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(settingSchema) }),
    run: ({ objects }) => ({ rows: all(objects) }),
    command: {
      example: 'sallyport setting list --data /var/lib/sallyport',
      print: (out, { rows }) =>
        out.table(
          ['NAME', 'VALUE', 'DEFAULT'],
          rows.map((row) => [row.name, String(row.value), row.isDefault ? '' : String(row.default)]),
        ),
    },
  }),
  operation({
    name: 'setting.show',
    http: { method: 'get', path: '/settings/{setting}' },
    right: 'settings:read',
    summary: 'One setting',
    input: z.strictObject({ setting: name }),
    output: settingSchema,
    run: ({ objects }, { setting }) => one(objects, setting),
    command: {
      positionals: ['setting'],
      example: 'sallyport setting show devices.baseline-days --data /var/lib/sallyport',
      print: printOne,
    },
  }),
  operation({
    name: 'setting.set',
    http: { method: 'put', path: '/settings/{setting}' },
    right: 'settings:write',
    summary: 'Sets a setting',
    input: z.strictObject({
      setting: name,
      value: value.describe(
        'As its type says: a number, true or false, a text; of a list the entries with commas between',
      ),
      expectedRevision: z.int().min(0).optional().describe('CONFLICT when the setting is at another revision'),
      comment: comment.optional(),
    }),
    output: settingSchema,
    run: ({ accounts, db, objects, actor, request }, { setting, value: given, expectedRevision, comment: note }) =>
      immediate(db, () => {
        const { revision, type } = one(objects, setting);
        const wanted = request === undefined && typeof given === 'string' ? fromWords(type, given) : given;
        if (expectedRevision !== undefined && expectedRevision !== revision)
          throw new AppError('CONFLICT', `${setting} is at revision ${revision}`, { revision });
        accounts.safety.set(actor, setting, wanted, defined({ comment: note }));
        return one(objects, setting);
      }),
    command: {
      positionals: ['setting', 'value'],
      example: 'sallyport setting set devices.baseline-days 35 --data /var/lib/sallyport',
      print: printOne,
    },
  }),
  operation({
    name: 'setting.reset',
    http: { method: 'delete', path: '/settings/{setting}' },
    right: 'settings:write',
    summary: 'Puts a setting back to its default',
    input: z.strictObject({ setting: name }),
    output: settingSchema,
    run: ({ accounts, objects, actor }, { setting }) => {
      one(objects, setting);
      accounts.safety.set(actor, setting, undefined);
      return one(objects, setting);
    },
    command: {
      positionals: ['setting'],
      example: 'sallyport setting reset devices.baseline-days --data /var/lib/sallyport',
      print: printOne,
    },
  }),
];
