import { z } from 'zod';
import { time } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { WorklistService } from './service.ts';
import { type WorkItem, workBands, workRank } from './types.ts';

// What a person has to do now, first things first.

const { operation } = operationsOver<{ worklist: WorklistService }>({ area: 'work', bound: 'site' });

const workSchema = z.object({
  id: z.string(),
  kind: z.string(),
  title: z.string().describe('English'),
  band: z.enum(workBands),
  total: z.number().int().describe('The rank; its parts are in `rank`'),
  rank: workRank,
  isUrgent: z.boolean().describe('It comes first whatever its rank'),
  targets: z.number().int().describe('How many things it is about'),
  since: time.nullable(),
  dueAt: time.nullable(),
  waitsFor: z.string().nullable().describe('The id of the work that has to be done before'),
  assignee: z.string().nullable().describe('Id of an account'),
  laterUntil: time.nullable(),
  reason: z.string().nullable().describe('Why it was put off'),
  path: z.string().describe('The page of the console where it is done'),
});

export const worklistSchemas = { Work: workSchema };

/** Titles of work in English; a command that lists none loads no words. */
const titles = async (): Promise<(item: WorkItem) => string> => {
  const [{ catalogue }, { workTitle }] = await Promise.all([
    import('@sallyport/ui/i18n/catalogue'),
    import('@sallyport/ui/worklist/work-row'),
  ]);
  const english = catalogue('en');
  return (item) => workTitle(english, item);
};

const toRow = (item: WorkItem, titleOf: (item: WorkItem) => string): z.input<typeof workSchema> => ({
  id: item.id,
  kind: item.kind,
  title: titleOf(item),
  band: item.band,
  total: item.total,
  rank: item.rank,
  isUrgent: item.isUrgent,
  targets: item.targets,
  since: item.since ?? null,
  dueAt: item.dueAt ?? null,
  waitsFor: item.waitsFor ?? null,
  assignee: item.assignee ?? null,
  laterUntil: item.isPutOff ? (item.laterUntil ?? null) : null,
  reason: item.isPutOff ? (item.reason ?? null) : null,
  path: item.path,
});

const id = z.string().max(512).describe('Of `work list`');

export const worklistOperations = [
  operation({
    name: 'work.list',
    http: { method: 'get', path: '/work' },
    bound: 'owner',
    right: 'any',
    summary: 'What a person has to do now, first things first, of the kinds that the caller may see',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(workSchema) }),
    run: async ({ worklist, actor }) => {
      const titleOf = await titles();
      return { rows: worklist.list(actor).map((item) => toRow(item, titleOf)) };
    },
    command: {
      example: 'sallyport work list --json',
      print: (out, { rows }) => {
        out.table(
          ['WHEN', 'RANK', 'ID', 'WORK', 'UNTIL'],
          rows.map(({ band, total, id: name, title, dueAt, laterUntil }) => [
            laterUntil === null ? band : 'later',
            String(total),
            name,
            title,
            laterUntil ?? dueAt ?? '',
          ]),
        );
        if (rows.length === 0) out.note('Nothing needs a person, as far as is known.');
      },
    },
  }),
  operation({
    name: 'work.assign',
    http: { method: 'post', path: '/work/{id}/assign' },
    right: 'work:write',
    summary: 'Gives a piece of work to an account, or to no one',
    input: z.strictObject({
      id,
      assignee: z.string().max(64).optional().describe('Id of an account; none: no one has it'),
    }),
    output: workSchema,
    run: async ({ worklist, actor }, { id: item, assignee }) =>
      toRow(worklist.assign(actor, item, assignee ?? null), await titles()),
    command: {
      positionals: ['id'],
      flags: { assignee: { name: 'to', value: 'ACCOUNT' } },
      example: 'sallyport work assign update-undecided.all --to 4f0c',
      print: (out, { title, assignee }) => out.line(`${title}: ${assignee ?? 'unassigned'}`),
    },
  }),
  operation({
    name: 'work.later',
    http: { method: 'post', path: '/work/{id}/later' },
    right: 'work:write',
    summary: 'Puts a piece of work off: at most a day where it comes now, else at most 30 days',
    input: z.strictObject({
      id,
      until: z.string().describe('When it is back'),
      reason: z.string().max(500),
    }),
    output: workSchema,
    run: async ({ worklist, actor }, { id: item, until, reason }) =>
      toRow(worklist.putOff(actor, item, { until: Date.parse(until), reason }), await titles()),
    command: {
      positionals: ['id'],
      example: 'sallyport work later device-pairs.all --until 2026-12-07T08:00:00Z --reason "after the audit"',
      print: (out, { title, laterUntil }) => out.line(`${title}: put off until ${laterUntil ?? ''}`),
    },
  }),
  operation({
    name: 'work.back',
    http: { method: 'post', path: '/work/{id}/back' },
    right: 'work:write',
    summary: 'Takes up again what was put off',
    input: z.strictObject({ id }),
    output: workSchema,
    run: async ({ worklist, actor }, { id: item }) => toRow(worklist.putOff(actor, item, null), await titles()),
    command: {
      positionals: ['id'],
      example: 'sallyport work back device-pairs.all',
      print: (out, { title }) => out.line(title),
    },
  }),
];
