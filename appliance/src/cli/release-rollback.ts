import { join } from 'node:path';
import { defaultRoot } from '../features/upgrade/releases.ts';
import { serverOf } from '../features/upgrade/service-manager.ts';
import { goBack } from '../features/upgrade/switch.ts';
import type { Lost } from '../features/upgrade/types.ts';
import { lastUpgrade } from '../features/upgrade/way-back.ts';
import { AppError } from '../platform/errors.ts';
import { takeLock } from '../platform/process-lock.ts';
import type { Command } from './command.ts';

/** What people did since; they do it again by hand. */
const byHand = (lost: Lost): readonly (readonly [string, number])[] => [
  ['tags that were given to devices or taken from them', lost.tags],
  ['settings', lost.settings],
  ['approvals', lost.approvals],
  ['accounts, roles and tokens', lost.accounts],
  ['deployments and consents to them', lost.deployments],
  ['exceptions: accepted risks, compensating controls, accepted deviations', lost.exceptions],
  ['other objects that people made, changed or deleted', lost.others],
];

export const command: Command = {
  summary: 'back to the release before the last upgrade, with the database and keys that it had; says what is lost',
  options: {
    confirm: { help: 'do it; without, only what would be lost is said' },
    reason: { value: 'TEXT', help: 'why; it goes into the journal' },
    root: { value: 'DIR', path: 'system', help: 'where releases/ and the link current lie (/opt/sallyport)' },
    service: {
      value: 'FILE',
      path: 'system',
      help: 'JSON with start, stop, restart: how the server is run (systemd, sallyport.service)',
    },
  },
  example: 'sallyport release rollback --confirm --reason "line 3 cannot print"',
  run: async ({ text, flag, dataDir, out }) => {
    const root = text('root') ?? defaultRoot;
    const { service, data } = serverOf(text('service'), dataDir);
    try {
      const { from, to, ...upgrade } = await lastUpgrade(root, data);
      const lost = await data.call('upgrade.lost', { to });
      out.line(
        `back from release ${to} to ${from}, as it was ${new Date(upgrade.at).toISOString()}; lost are, since then:`,
      );
      out.line(`  ${lost.devices} devices that enrolled (they enrol again)`);
      out.line(`  reports of ${lost.reportingDevices} devices (they report again)`);
      out.line(`  ${lost.events} events of the journal`);
      out.line(`  ${lost.bundles} imported bundles (import them again)`);
      for (const [what, count] of byHand(lost)) out.line(`  ${count} ${what}`);
      out.line('what was erased, revoked or taken away since stays so');
      if (!flag('confirm')) {
        out.note('nothing was changed; to do it: sallyport release rollback --confirm');
        out.result({ done: false, from: to, to: from, lost });
        return 1;
      }
      if (service === undefined) throw new AppError('USAGE', 'there is no systemd here: say --service FILE');
      const inUse = (cause: unknown): Error => new AppError('IN_USE', 'another upgrade is under way', {}, { cause });
      const lock = takeLock(join(root, 'upgrade.lock'), inUse);
      try {
        const reason = text('reason') ?? 'a person asked for it';
        await goBack(
          { root, data, service, progress: out.note, withinMs: 60_000 },
          { ...upgrade, from, to, state: 'open', reason, asked: true },
        );
      } finally {
        lock.release();
      }
      out.line(`release ${from} serves`);
      out.result({ done: true, from: to, to: from, lost });
      return 0;
    } finally {
      data.close();
    }
  },
};
