import { z } from 'zod';
import type { ObjectService } from '../../engine/objects/service.ts';
import { AppError } from '../../platform/errors.ts';
import { time } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { AccountService } from './service.ts';
import { sessionId } from './types.ts';

// Who is logged in to the console, and the end of a session.

type Needs = { accounts: AccountService; objects: ObjectService };
const { operation } = operationsOver<Needs>({ area: 'accounts', bound: 'site' });

const session = z.object({
  id: z.string(),
  account: z.string(),
  name: z.string().describe('Of the account'),
  startedAt: time,
  lastAt: time,
  from: z.string().nullable(),
  way: z.enum(['password', 'two-step', 'link']).describe('How the person logged in'),
});

export const sessionSchemas = { Session: session };

const account = z.string().min(1).max(512).describe('An account, by its id or its name');
const id = z.string().regex(/^[0-9a-f]{24}$/);
const ended = z.object({ ended: z.int() });

/** NOT_FOUND for what is neither an id nor a name. */
const accountId = ({ objects, accounts }: Needs, wanted: string): string =>
  objects.find('account', wanted)?.id ?? accounts.named(wanted).id;

export const sessionOperations = [
  operation({
    name: 'session.list',
    http: { method: 'get', path: '/sessions' },
    right: 'accounts:read',
    summary: 'Who is logged in, the last used first',
    input: z.strictObject({ account: account.optional() }),
    output: z.object({ rows: z.array(session) }),
    run: (context, { account: wanted }) => ({
      rows: context.accounts.sessions
        .list(wanted === undefined ? undefined : accountId(context, wanted))
        .map((one) => ({
          id: sessionId(one),
          account: one.account,
          name: String(context.objects.find('account', one.account)?.body['name'] ?? ''),
          startedAt: one.createdAt,
          lastAt: one.usedAt,
          from: one.from,
          way: one.way,
        })),
    }),
    command: {
      flags: { account: { value: 'NAME' } },
      example: 'sallyport session list --account a.seitkali',
      print: (out, { rows }) =>
        out.table(
          ['SESSION', 'ACCOUNT', 'STARTED', 'LAST USED', 'FROM', 'BY'],
          rows.map((one) => [one.id, one.name, one.startedAt, one.lastAt, one.from, one.way]),
        ),
      json: ({ rows }) => ({ items: rows }),
    },
  }),
  operation({
    name: 'session.end-one',
    http: { method: 'post', path: '/sessions/{session}/end' },
    right: 'accounts:write',
    summary: 'Ends a session',
    input: z.strictObject({ session: id }),
    output: ended,
    run: ({ accounts, actor }, input) => {
      accounts.sessions.end(actor, input.session);
      return { ended: 1 };
    },
  }),
  operation({
    name: 'session.end-all',
    http: { method: 'post', path: '/accounts/{account}/sessions/end' },
    right: 'accounts:write',
    summary: 'Ends every session of an account',
    input: z.strictObject({ account }),
    output: ended,
    run: (context, input) => ({
      ended: context.accounts.sessions.endAll(context.actor, accountId(context, input.account)),
    }),
  }),
  operation({
    name: 'session.end',
    right: 'accounts:write',
    summary: 'Ends sessions of the console, or all of an account',
    input: z.strictObject({
      sessions: z.array(id).optional(),
      account: account.optional().describe('Every session of this account'),
    }),
    output: ended,
    run: (context, { sessions = [], account: wanted }) => {
      if ((wanted === undefined) === (sessions.length === 0))
        throw new AppError('USAGE', 'give sessions (sallyport session list), or --account NAME');
      const { actor, accounts } = context;
      for (const one of sessions) accounts.sessions.end(actor, one);
      return {
        ended: wanted === undefined ? sessions.length : accounts.sessions.endAll(actor, accountId(context, wanted)),
      };
    },
    command: {
      positionals: ['sessions'],
      flags: { account: { value: 'NAME' } },
      example: 'sallyport session end --account a.seitkali',
      print: (out, done) => out.line(`${done.ended} ended`),
    },
  }),
];
