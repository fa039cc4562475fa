import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import { time } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { HeldToken } from './held-tokens.ts';
import type { RollbackDetector } from './service.ts';

// Tokens that wait after a return to an older state: their list, asking that one lives again, deciding about it.

const { operation } = operationsOver<{ rollbackDetector: Pick<RollbackDetector, 'tokens'> }>({
  area: 'accounts',
  bound: 'site',
});

const heldToken = z.object({
  id: z.string(),
  name: z.string(),
  purpose: z.string(),
  account: z.string().nullable().describe('Of an API token: the account that it acts for'),
  group: z.string().nullable().describe('Of an enrolment token: the group that it leads to'),
  expiresAt: time.nullable(),
  heldAt: time.describe('When the return to the older state was found'),
  asked: z
    .object({ at: time, by: z.string(), reason: z.string() })
    .optional()
    .describe('One person asked that it lives again; a second one has to agree'),
});

const id = z.string().min(1).max(64);
const reason = z.string().trim().min(1).max(500);

export const tokenSchemas = { HeldToken: heldToken };

const decided = z.object({ id, lives: z.boolean() });

export const tokenOperations = [
  operation({
    name: 'rollback.tokens',
    http: { method: 'get', path: '/rollback/tokens' },
    right: 'accounts:read',
    summary: 'Tokens that wait since the database was put back to an older state, until each is let live again',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(heldToken) }),
    run: ({ rollbackDetector }) => ({ rows: rollbackDetector.tokens.list() }),
    command: {
      example: 'sallyport rollback tokens --data /var/lib/sallyport',
      print: (out, { rows }) => {
        out.table(
          ['ID', 'NAME', 'PURPOSE', 'ASKED BY', 'REASON'],
          rows.map(({ id: token, name, purpose, asked }) => [
            token,
            name,
            purpose,
            asked?.by ?? '',
            asked?.reason ?? '',
          ]),
        );
        if (rows.length === 0) out.note('No token waits.');
        else out.note('To let one live again: sallyport rollback token ID --reason TEXT; a second person: --agree');
      },
    },
  }),
  operation({
    name: 'rollback.token-ask',
    http: { method: 'post', path: '/rollback/tokens/{id}/request', status: 201 },
    person: 'always',
    right: 'accounts:write',
    summary: 'A signed-in person asks that a token lives again; a second one agrees, an only one after 24 hours',
    input: z.strictObject({ id, reason }),
    output: heldToken,
    run: ({ rollbackDetector, actor }, given) => {
      const [token] = rollbackDetector.tokens.ask(actor, [given.id], given.reason);
      return token as HeldToken;
    },
  }),
  operation({
    name: 'rollback.token-decide',
    http: { method: 'post', path: '/rollback/tokens/{id}/decision' },
    person: 'to-agree',
    decides: true,
    right: 'accounts:write',
    summary: 'A second person agrees that a token lives again, or the request is given up',
    input: z.strictObject({ id, agree: z.boolean() }),
    output: decided,
    run: ({ rollbackDetector, actor }, given) => {
      rollbackDetector.tokens.decide(actor, [given.id], given.agree);
      return { id: given.id, lives: given.agree };
    },
  }),
  operation({
    name: 'rollback.token',
    decides: true,
    right: 'accounts:write',
    summary: 'Asks that a token that waits lives again, or decides about what another person asked for',
    input: z.strictObject({
      id,
      reason: reason.optional().describe('Why it may live again, and what was looked at; it goes into the journal'),
      agree: z.boolean().default(false).describe('As a second person, agree to another one’s request'),
      refuse: z.boolean().default(false).describe('Give up the request'),
    }),
    output: decided.extend({ waits: z.boolean() }),
    run: ({ rollbackDetector, actor }, { id: wanted, reason: why, agree, refuse }) => {
      if ([why !== undefined, agree, refuse].filter(Boolean).length !== 1)
        throw new AppError('USAGE', 'either --reason TEXT, --agree or --refuse');
      if (why === undefined) rollbackDetector.tokens.decide(actor, [wanted], agree);
      else rollbackDetector.tokens.ask(actor, [wanted], why);
      return { id: wanted, lives: agree, waits: why !== undefined };
    },
    command: {
      positionals: ['id'],
      example:
        'sallyport rollback token 01j00000000000000000000000 --reason "the line uses it" --data /var/lib/sallyport',
      print: (out, { id: token, lives, waits }) => {
        if (lives) out.line(`lives again: ${token}`);
        else if (!waits) out.line('given up');
        else out.line(`${token} waits for a second person: sallyport rollback token ${token} --agree`);
      },
    },
  }),
];
