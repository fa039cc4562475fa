import { join } from 'node:path';
import * as releases from '../features/upgrade/releases.ts';
import { serverOf } from '../features/upgrade/service-manager.ts';
import * as switching from '../features/upgrade/switch.ts';
import { AppError, refusalOf } from '../platform/errors.ts';
import { takeLock } from '../platform/process-lock.ts';
import { applianceRelease } from '../platform/release.ts';
import type { Command } from './command.ts';

/** What the trial of another release printed. */
const trialResult = ({ status, stdout }: { status: number | null; stdout: string }): unknown => {
  const answer = (stdout === '' ? {} : JSON.parse(stdout)) as { error?: string; message?: string };
  if (status !== 0)
    throw refusalOf(
      answer.error ?? 'UPGRADE',
      answer.message ?? `the trial ended with ${status ?? 'a signal'}; nothing was changed`,
    );
  return answer;
};

export const command: Command = {
  summary:
    'makes this release the one that runs: tried on a copy, then switched, and back by itself where it does not serve',
  options: {
    to: { value: 'VERSION', help: 'another release that is installed (the one of this program)' },
    trial: { help: 'the trial on a copy alone; nothing is changed' },
    settle: { help: 'end an upgrade that was cut off, forward or back, and no more' },
    within: { value: 'SECONDS', help: 'how long a release has to serve a page (60)' },
    root: { value: 'DIR', help: 'where releases/ and the link current lie (/opt/sallyport)' },
    service: {
      value: 'FILE',
      help: 'JSON with start, stop, restart: how the server is run (systemd, sallyport.service)',
    },
  },
  example: 'sallyport upgrade --to 0.3.0',
  run: async ({ text, flag, dataDir, out }) => {
    const own = applianceRelease().version;
    const to = text('to') ?? own;
    const withinMs = Number(text('within') ?? '60') * 1000;
    if (!(withinMs >= 1000 && withinMs <= 600_000)) throw new AppError('USAGE', '--within takes 1 to 600');
    const root = text('root') ?? releases.defaultRoot;
    const { service, data, user } = serverOf(text('service'), dataDir);
    const tryHere = async () => {
      if (user !== undefined) out.note('systemd does not run here: the trial has no sandbox but its own user');
      return data.call('upgrade.try', {});
    };
    const tryOnCopy = async (): Promise<unknown> => {
      if (service === undefined) return tryHere();
      const line = [...releases.programOf(root, to), 'upgrade', '--trial', '--json', '--data', data.dataDir];
      return trialResult(await service.run(line));
    };
    try {
      if (flag('trial') && to === own && user === undefined) {
        const { schema } = await data.call('upgrade.try', {});
        out.line(`the copy was brought from schema ${schema.from} to ${schema.to} and is well`);
        out.result({ release: own, schema });
        return 0;
      }
      if (!releases.isInstalled(root, to))
        throw new AppError('USAGE', `release ${to} does not lie in ${join(root, 'releases')}: install it first`);
      if (flag('trial')) {
        out.result(await tryOnCopy());
        out.line(`the copy is well with release ${to}`);
        return 0;
      }
      const inUse = (cause: unknown): Error => new AppError('IN_USE', 'another upgrade is under way', {}, { cause });
      const lock = takeLock(join(root, 'upgrade.lock'), inUse);
      try {
        const parts = service && { root, data, service, progress: out.note, withinMs };
        const from = releases.currentRelease(root) ?? null;
        const told = (state: string, line: string): number => {
          out.line(line);
          out.result({ state, from, to, root });
          return 0;
        };
        const { config } = await data.call('site.read', {});
        if (config === null && !flag('settle')) {
          releases.pointTo(root, to);
          return told('linked', `release ${to}; there is no data directory yet: sallyport init --help`);
        }
        if (parts !== undefined && (await switching.endUnfinished(parts)) && flag('settle'))
          return told('settled', `release ${releases.currentRelease(root)} serves`);
        if (flag('settle')) return told('settled', 'no upgrade was cut off');
        if (releases.currentRelease(root) === to) return told('same', `release ${to} is the one that runs`);
        out.note(`tries release ${to} on a copy; release ${from ?? 'none'} goes on serving`);
        await tryOnCopy();
        if (parts === undefined) {
          await switching.switchLater(root, data, to);
          return told('linked', `release ${to} migrates when it is started`);
        }
        await switching.switchTo(parts, to);
        return told(
          'done',
          `release ${to} serves; the way back to ${from ?? 'none'} is kept: sallyport release rollback`,
        );
      } finally {
        lock.release();
      }
    } finally {
      data.close();
    }
  },
};
