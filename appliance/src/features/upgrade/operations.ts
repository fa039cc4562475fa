import { z } from 'zod';
import { time } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import { failureText } from './failure.ts';
import type { UpgradeService } from './service.ts';

// What became of the last upgrade. Making one is root's command alone: sallyport upgrade.

const { operation } = operationsOver<{ upgrades: UpgradeService }>({ area: 'settings', bound: 'site' });

const failedUpgradeSchema = z.object({
  to: z.string().describe('The release that was to run'),
  from: z.string().nullable().describe('The release that runs instead'),
  at: time,
  how: z
    .enum(['refused', 'ended', 'not-served'])
    .describe(
      'refused: its trial failed, nothing was changed; else it did not come up, and the release of before serves',
    ),
  reason: z.string(),
});

export const upgradeSchemas = { FailedUpgrade: failedUpgradeSchema };

const failureOf = ({ upgrades }: { upgrades: UpgradeService }) => {
  const failed = upgrades.failure();
  if (failed === undefined) return { failure: null };
  const { to, from, at, how, reason } = failed;
  return { failure: { to, from, at, how, reason } };
};

export const upgradeOperations = [
  operation({
    name: 'release.failure',
    http: { method: 'get', path: '/releases/failure' },
    right: 'settings:read',
    summary: 'The last upgrade, where it failed and no person put it aside; the command then exits with 1',
    input: z.strictObject({}),
    output: z.object({ failure: failedUpgradeSchema.nullable() }),
    run: failureOf,
    command: {
      example: 'sallyport release failure --data /var/lib/sallyport',
      print: (out, { failure }) =>
        failure === null
          ? out.note('No upgrade failed since the last that succeeded.')
          : out.line(`${failure.at}: ${failureText(failure)}`),
      exit: ({ failure }) => (failure === null ? 0 : 1),
    },
  }),
  operation({
    name: 'release.put-aside',
    http: { method: 'post', path: '/releases/failure/put-aside' },
    right: 'settings:write',
    summary: 'Says that a failed upgrade is known: health, work and doctor tell it no more',
    input: z.strictObject({ reason: z.string().trim().min(1).max(500) }),
    output: z.object({ failure: failedUpgradeSchema.nullable() }),
    run: ({ upgrades, actor }, { reason }) => {
      upgrades.putAside(actor, reason);
      return failureOf({ upgrades });
    },
    command: {
      example: 'sallyport release put-aside --reason "the vendor mends it" --data /var/lib/sallyport',
      print: (out) => out.note('It is told no more. To try again, as root: sallyport upgrade'),
    },
  }),
];
