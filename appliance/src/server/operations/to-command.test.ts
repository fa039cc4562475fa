import { expect, it } from 'vitest';
import { z } from 'zod';
import type { CommandContext } from '../../cli/command.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { operationsOver } from './operation.ts';
import { toCommand } from './to-command.ts';

const { operation } = operationsOver<object>({ area: 'devices', bound: 'catalog' });
const asked: unknown[] = [];

const list = operation({
  name: 'thing.list',
  right: 'any',
  summary: 'Numbers from the one after `after` on',
  input: z.strictObject({
    limit: z.int().min(1).max(1_000).default(100),
    after: z.int().optional(),
    held: z.enum(['only', 'all']).optional(),
    states: z.array(z.string()).optional(),
    secret: z.string().optional(),
    why: z.string().optional(),
  }),
  output: z.object({ rows: z.array(z.int()), total: z.int(), next: z.int().nullable() }),
  run: (_context, { limit, after = 0, ...rest }) => {
    asked.push({ limit, after, ...rest });
    const rows = Array.from({ length: Math.min(limit, 2_500 - after) }, (_, at) => after + at + 1);
    const last = rows.at(-1) ?? after;
    return { rows, total: 2_500, next: last < 2_500 ? last : null };
  },
  command: {
    flags: {
      held: { means: 'only' },
      states: { name: 'open', means: ['open'] },
      secret: false,
      why: { required: true },
    },
    example: 'sallyport thing list',
    print: () => {},
    json: ({ rows }) => rows,
  },
});

const command = toCommand(list, async () => ({}));

const run = async (given: Record<string, string | true>) => {
  const told: { notes: string[]; result?: unknown } = { notes: [] };
  asked.length = 0;
  const texts = (name: string): string[] => (typeof given[name] === 'string' ? [given[name]] : []);
  await command?.run({
    positionals: [],
    texts,
    text: (name: string) => texts(name)[0],
    flag: (name: string) => given[name] === true,
    open: async () => ({}),
    cliActor: () => systemActor,
    out: {
      note: (text: string) => told.notes.push(text),
      result: (value: unknown) => {
        told.result = value;
      },
    },
  } as unknown as CommandContext);
  return told;
};

it('a command of a list reads as many pages as --limit asks for, and says how many are left', async () => {
  const { result, notes } = await run({ limit: '1200' });
  expect(result).toHaveLength(1_200);
  expect(asked).toEqual([
    { limit: 1_000, after: 0 },
    { limit: 200, after: 1_000 },
  ]);
  expect(notes).toEqual(['1300 more; see --limit']);
  expect((await run({})).result).toHaveLength(100);
  await expect(run({ limit: '0' })).rejects.toMatchObject({ code: 'USAGE' });
});

it('a flag stands for a value, is asked for though the call does without, or is not there', async () => {
  await run({ held: true, open: true, secret: 'x' });
  expect(asked).toEqual([{ limit: 100, after: 0, held: 'only', states: ['open'] }]);
  const { held, open, why, ...others } = command?.options ?? {};
  expect(held).not.toHaveProperty('value');
  expect(open).not.toHaveProperty('value');
  expect(open).not.toHaveProperty('multiple');
  expect(why).toMatchObject({ required: true });
  expect(Object.keys(others)).toEqual(['limit']);
});
