import { paths } from '@sallyport/ui/paths';
import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { RecoveryKeyService } from './recovery-key.ts';
import { preparedKey } from './recovery-key-file.ts';
import { recoveryKeySchema } from './types.ts';

// The recovery key: whether somebody has it, and a new one. The key itself is never an answer of the API.

const { operation } = operationsOver<{ recoveryKey: RecoveryKeyService }>({ area: 'settings', bound: 'site' });

export const recoveryKeySchemas = { RecoveryKey: recoveryKeySchema };

const reason = z.string().trim().min(1).max(500);
const typedBytes = 1_000;

const preparedFrom = (text: string): z.infer<typeof preparedKey> => {
  const parsed = preparedKey.safeParse(JSON.parse(text));
  if (!parsed.success) throw new AppError('USAGE', '--prepared-file is what setup hands over');
  return parsed.data;
};

export const recoveryKeyConfirm = operation({
  name: 'recovery-key.confirm',
  http: { method: 'post', path: '/recovery-key/confirmation' },
  right: 'settings:write',
  summary: 'Notes that somebody has the recovery key, which four of its groups show',
  input: z.strictObject({
    groups: z
      .string()
      .min(1)
      .max(typedBytes)
      .describe('The groups that are asked for, in their order; all 16 of a key of which nothing was kept'),
  }),
  output: recoveryKeySchema,
  run: ({ recoveryKey, actor }, { groups }) => recoveryKey.confirm(actor, groups),
  form: { at: paths.recoveryKeyConfirm, back: () => paths.recoveryKey(), secrets: ['groups'] },
  command: {
    flags: {
      groups: {
        name: 'groups-file',
        value: 'FILE',
        reads: typedBytes,
        help: 'the groups in a file; - for standard input',
      },
    },
    example: 'sallyport recovery-key confirm --groups-file - --data /var/lib/sallyport',
    print: (out) => out.line('confirmed'),
  },
});

export const recoveryKeyAsk = operation({
  name: 'recovery-key.ask',
  http: { method: 'post', path: '/recovery-key/renewal' },
  right: 'safety:write',
  summary:
    'Asks for a new recovery key; a second person agrees in the console and sees it. Older backups need the older key',
  input: z.strictObject({ reason }),
  output: recoveryKeySchema,
  run: ({ recoveryKey, actor }, given) => recoveryKey.ask(actor, given.reason),
  form: { at: paths.recoveryKeyRenew, back: () => paths.recoveryKey(), areas: { reason: 2 }, isGrave: true },
});

export const recoveryKeyOperations = [
  operation({
    name: 'recovery-key.show',
    http: { method: 'get', path: '/recovery-key' },
    right: 'settings:read',
    summary: 'Whether somebody has shown to have the recovery key, and which of its groups are asked for',
    input: z.strictObject({}),
    output: recoveryKeySchema.extend({
      isInUse: z.boolean().describe('Some account has signed in; before, root at the machine makes a new key alone'),
    }),
    run: ({ recoveryKey }) => ({ ...recoveryKey.look(), isInUse: recoveryKey.isInUse() }),
    command: {
      example: 'sallyport recovery-key show --data /var/lib/sallyport',
      print: (out, { state, positions, asked }) => {
        out.line(state);
        if (state !== 'confirmed' && positions.length > 0) out.note(`asked for: groups ${positions.join(', ')} of 16`);
        if (asked !== null) out.note(`a new key waits for a second person; ${asked.by} asked: ${asked.reason}`);
      },
    },
  }),
  recoveryKeyConfirm,
  recoveryKeyAsk,
  operation({
    name: 'recovery-key.decide',
    http: { method: 'post', path: '/recovery-key/decision' },
    person: 'to-agree',
    decides: true,
    right: 'safety:write',
    summary: 'Gives up a new recovery key that was asked for; agreeing is for people, in the console or at the machine',
    input: z.strictObject({ agree: z.boolean() }),
    output: recoveryKeySchema,
    run: ({ recoveryKey, actor }, { agree }) => {
      // The key is shown to a person alone.
      if (agree) throw new AppError('APPROVAL_TOKEN', 'a person signs in and agrees: the new key is shown to that one');
      recoveryKey.decide(actor, false);
      return recoveryKey.look();
    },
  }),
  operation({
    name: 'recovery-key.renew',
    decides: true,
    right: 'safety:write',
    summary:
      'A new recovery key: at the machine before the first log-in of all, then by two persons. Older backups need the older key',
    input: z.strictObject({
      reason: reason.optional().describe('Why; it goes into the journal'),
      agree: z.boolean().default(false).describe('As a second person, agree to another one’s request and see the key'),
      refuse: z.boolean().default(false).describe('Give up the request'),
      prepared: z.string().max(typedBytes).optional().describe('What setup hands over'),
    }),
    output: z.object({
      state: z.enum(['renewed', 'waits', 'refused']),
      recoveryKey: z.string().nullable(),
      positions: z.array(z.int()),
    }),
    run: ({ recoveryKey, actor }, { reason: why, agree, refuse, prepared }) => {
      const done = (state: 'renewed' | 'waits' | 'refused', made?: string) => ({
        state,
        recoveryKey: made ?? null,
        positions: [...recoveryKey.look().positions],
      });
      if (agree || refuse) {
        const made = recoveryKey.decide(actor, agree);
        return done(agree ? 'renewed' : 'refused', made);
      }
      if (!recoveryKey.isInUse())
        return done(
          'renewed',
          recoveryKey.renewAtMachine(actor, prepared === undefined ? undefined : preparedFrom(prepared)),
        );
      if (why === undefined)
        throw new AppError('USAGE', 'somebody has signed in, so two persons do it: --reason TEXT asks');
      recoveryKey.ask(actor, why);
      return done('waits');
    },
    command: {
      flags: {
        prepared: {
          name: 'prepared-file',
          value: 'FILE',
          reads: typedBytes,
          help: 'what setup hands over; - for standard input',
        },
      },
      example: 'sallyport recovery-key renew --reason "the paper was lost" --data /var/lib/sallyport',
      print: (out, { state, recoveryKey, positions }) => {
        if (state === 'refused') out.line('given up');
        if (state === 'waits') out.line('waits for a second person: sallyport recovery-key renew --agree');
        if (recoveryKey === null) return;
        out.line(`recovery key    ${recoveryKey}`);
        out.note(
          `Write it down and keep it away from this computer; it is shown only now. Backups that were made before need the key before: keep that, too. Then type groups ${positions.join(', ')}: sallyport recovery-key confirm --groups-file -`,
        );
      },
    },
  }),
];
