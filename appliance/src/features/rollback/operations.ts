import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import { time } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { RollbackDetector } from './service.ts';
import { detailTexts, returnText } from './text.ts';
import type { Return } from './types.ts';

// Returns of the database to an older state.

const { operation } = operationsOver<{ rollbackDetector: RollbackDetector }>({ area: 'settings', bound: 'site' });

const statement = z.object({ at: time, by: z.string(), reason: z.string() });

const returnSchema = z.object({
  id: z.string(),
  at: time,
  cause: z.enum(['restored', 'unknown', 'no-witness']).describe('unknown: no restore was recorded'),
  file: z.string().optional().describe('The backup that was restored'),
  was: z.int().optional().describe('Entries of the journal that had been seen'),
  found: z.int().describe('Entries of the journal that were found'),
  applied: z
    .object({ devices: z.int(), accounts: z.int(), rights: z.int(), persons: z.int() })
    .describe('What was taken away since, and was taken away again'),
  since: time.nullable().describe('Entries of the journal after it are lost; null where that is not known'),
  isCovered: z
    .boolean()
    .describe(
      'Everything that was taken away since is known and was taken away again: each guarded field was compared',
    ),
  failed: z.array(z.string()),
  compared: z.int().nullable().describe('Objects that were compared field by field; null: the witness had no values'),
  uncompared: z.array(z.string()).describe('Kinds of which not each guarded field of each object was compared'),
  lines: z
    .array(
      z.object({
        kind: z.string(),
        id: z.string(),
        fields: z.array(z.string()).describe('Fields that are not as the witness had seen them'),
        was: z
          .enum(['changed', 'deleted', 'lost'])
          .describe('deleted: it had been deleted since; lost: it is not there, and the stricter value is'),
        isRemoved: z.boolean().describe('Deleted, a setting set to its default; else its strict side was written'),
      }),
    )
    .describe('What came back other than it had been seen, and was made strict; of the newest return alone'),
  moreLines: z.int().describe('Lines that are not here; the journal has them'),
  lost: z.record(z.string(), z.int()).describe('Objects that were made since and are not there, by kind'),
  ended: z
    .object({ links: z.int(), sessions: z.int() })
    .nullable()
    .describe('Unused links and sessions that were ended'),
  held: z.int().describe('Tokens that waited then until an administrator lets each live again'),
  tokensGoOn: z
    .boolean()
    .describe('A release went back by itself and nothing compared differs: only tokens with a number of uses wait'),
  asked: statement.optional().describe('One person has seen it, and a second one has to agree'),
  acknowledged: statement.optional(),
});

const toReturn = ({
  was,
  found,
  since,
  compared,
  uncompared,
  lines,
  moreLines,
  lost,
  ended,
  held,
  tokensGoOn,
  ...back
}: Return) => ({
  ...back,
  since: since === 0 ? null : since,
  compared: compared ?? null,
  uncompared: uncompared ?? [],
  lines: lines ?? [],
  moreLines: moreLines ?? 0,
  lost: lost ?? {},
  ended: ended ?? null,
  held: held ?? 0,
  tokensGoOn: tokensGoOn ?? false,
  found: found.entries,
  ...(was === undefined ? {} : { was: was.entries }),
});

const id = z.string().min(1).max(64);
const reason = z.string().trim().min(1).max(500);

export const rollbackSchemas = { ReturnToOlderState: returnSchema };

export const rollbackOperations = [
  operation({
    name: 'rollback.list',
    http: { method: 'get', path: '/rollback' },
    right: 'settings:read',
    summary: 'Returns of the database to an older state, the newest first',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(returnSchema) }),
    run: ({ rollbackDetector }) => ({ rows: rollbackDetector.returns().map(toReturn) }),
  }),
  operation({
    name: 'rollback.show',
    right: 'settings:read',
    summary: 'Returns of the database to an older state; exit 1 when one waits to be acknowledged',
    input: z.strictObject({}),
    output: z.custom<{ returns: Return[] }>(),
    run: ({ rollbackDetector }) => ({ returns: rollbackDetector.returns() }),
    command: {
      example: 'sallyport rollback show --data /var/lib/sallyport',
      print: (out, { returns }) => {
        for (const back of returns)
          out.line(
            back.acknowledged === undefined
              ? returnText(back)
              : `${toTime(back.at)}: ${back.cause}, acknowledged ${toTime(back.acknowledged.at)} by ${back.acknowledged.by}: ${back.acknowledged.reason}`,
          );
        for (const line of returns.flatMap(detailTexts)) out.line(line);
        for (const { id: waiting, asked } of returns)
          if (asked !== undefined) out.note(`${waiting} waits for a second person; ${asked.by} asked: ${asked.reason}`);
        if (returns.length === 0) out.note('The database never went back.');
      },
      exit: ({ returns }) => (returns.every(({ acknowledged }) => acknowledged !== undefined) ? 0 : 1),
    },
  }),
  operation({
    name: 'rollback.ask',
    http: { method: 'post', path: '/rollback/{id}/acknowledge' },
    right: 'safety:write',
    summary: 'Asks for a return to an older state to be noted as seen; a second person agrees in the console',
    input: z.strictObject({ id, reason }),
    output: returnSchema,
    run: ({ rollbackDetector, actor }, given) => toReturn(rollbackDetector.acknowledge(actor, given.id, given.reason)),
  }),
  operation({
    name: 'rollback.decide',
    http: { method: 'post', path: '/rollback/{id}/decision' },
    person: 'to-agree',
    decides: true,
    right: 'safety:write',
    summary: 'Refuses what another one asked for; agreeing is for people',
    input: z.strictObject({ id, agree: z.boolean() }),
    output: returnSchema,
    run: ({ rollbackDetector, actor }, given) => toReturn(rollbackDetector.decide(actor, given.id, given.agree)),
  }),
  operation({
    name: 'rollback.acknowledge',
    decides: true,
    right: 'safety:write',
    summary:
      'Says that a return to an older state was seen; where there is a second administrator, that one agrees to it',
    input: z.strictObject({
      id,
      reason: reason.optional().describe('Why it went back, and what was looked at; it goes into the journal'),
      agree: z.boolean().default(false).describe('As a second person, agree to another one’s request'),
      refuse: z.boolean().default(false).describe('Give up the request'),
    }),
    output: z.custom<Return>(),
    run: ({ rollbackDetector, actor }, { id: wanted, reason: why, agree, refuse }) => {
      if ([why !== undefined, agree, refuse].filter(Boolean).length !== 1)
        throw new AppError('USAGE', 'either --reason TEXT, --agree or --refuse');
      return why === undefined
        ? rollbackDetector.decide(actor, wanted, agree)
        : rollbackDetector.acknowledge(actor, wanted, why);
    },
    command: {
      positionals: ['id'],
      example: 'sallyport rollback acknowledge 0123456789abcdef --reason "disk exchanged" --data /var/lib/sallyport',
      print: (out, done) => {
        if (done.acknowledged !== undefined) out.line(`acknowledged: ${done.id}`);
        else if (done.asked === undefined) out.line('given up');
        else out.line(`${done.id} waits for a second person: sallyport rollback acknowledge ${done.id} --agree`);
      },
    },
  }),
];
