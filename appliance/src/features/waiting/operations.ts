import { z } from 'zod';
import { textTime, timeOf } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import { type TwoPersonAct, twoPersonActs } from '../accounts/types.ts';
import type { WaitingService } from './service.ts';

// What waits for a second person; it is decided by people in the console or at the command line.

const { operation } = operationsOver<{ waiting: WaitingService }>({ area: 'accounts', bound: 'owner' });

const acts = Object.keys(twoPersonActs) as [TwoPersonAct, ...TwoPersonAct[]];

const waitingSchema = z.object({
  act: z.enum(acts),
  id: z.string(),
  what: z.string().describe('Its name'),
  reason: z.string(),
  by: z.string().describe('Who asked; empty where it is not one actor'),
  askedAt: textTime,
  path: z.string().describe('The page of the console where it is decided'),
});

export const waitingSchemas = { Waiting: waitingSchema };

const toRow = ({ at, hindrance, step, ...one }: ReturnType<WaitingService['list']>[number]) => ({
  ...one,
  what: step === undefined ? one.what : `${one.what}: ${step.code}`,
  askedAt: timeOf(at),
  hindrance: hindrance ?? null,
});

export const waitingOperations = [
  operation({
    name: 'waiting.list',
    http: { method: 'get', path: '/waiting' },
    right: 'any',
    summary: 'Everything that waits for a second person, of kinds that the token may read, the oldest first',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(waitingSchema) }),
    run: ({ waiting, actor }) => ({ rows: waiting.list(actor).map(toRow) }),
    command: {
      example: 'sallyport waiting list --json',
      print: (out, { rows }) => {
        out.table(
          ['ACT', 'ID', 'WHAT', 'ASKED BY', 'ASKED', 'REASON'],
          rows.map(({ act, id, what, by, askedAt, reason }) => [act, id, what, by, askedAt, reason]),
        );
        if (rows.length === 0) out.note('Nothing waits for a second person.');
      },
      // Hindrances are shown to people who may decide.
      json: (_answer, _input, { waiting, actor }) => ({ rows: waiting.list(actor).map(toRow) }),
    },
  }),
];
