import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { dataPaths } from '../platform/config.ts';
import { AppError, type AppErrorCode } from '../platform/errors.ts';
import { takeLock } from '../platform/process-lock.ts';
import { applianceRelease } from '../platform/release.ts';
import type { Command, CommandContext } from './command.ts';

/** The rehearsal in this process; only what says something about the copy counts. */
const tryHere = async ({ dataDir, out }: CommandContext) => {
  const { tryUpgrade } = await import('../features/upgrade/trial.ts');
  return tryUpgrade(dataDir, out.note, async (folder) => {
    const [{ compose }, { checks, examine }, { openLog }] = await Promise.all([
      import('../compose.ts'),
      import('../doctor.ts'),
      import('../platform/log.ts'),
    ]);
    const appliance = await compose({ dataDir: folder, log: openLog('silent'), lateStatements: true });
    try {
      const found = await examine(
        appliance,
        checks.filter(({ ofDatabase }) => ofDatabase),
      );
      return found.map(({ check, detail }) => `${check}: ${detail}`);
    } finally {
      await appliance.close();
    }
  });
};

/** Root tries as the server's user, with the credentials that the server has: it has no master key of its own. */
const isServersUser = (dataDir: string): boolean =>
  process.getuid?.() !== 0 || (statSync(dataDir, { throwIfNoEntry: false })?.uid ?? 0) === 0;

const childResult = ({ status, stdout }: { status: number | null; stdout: string }): unknown => {
  const answer = (stdout === '' ? {} : JSON.parse(stdout)) as { error?: AppErrorCode; message?: string };
  if (status !== 0)
    throw new AppError(
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
  run: async (context) => {
    const { text, flag, dataDir, out } = context;
    const own = applianceRelease().version;
    if (flag('trial') && (text('to') ?? own) === own && isServersUser(dataDir)) {
      const trial = await tryHere(context);
      out.line(`the copy was brought from schema ${trial.schema.from} to ${trial.schema.to} and is well`);
      out.result({ release: own, ...trial });
      return 0;
    }
    const releases = await import('../features/upgrade/releases.ts');
    const { serviceManager } = await import('../features/upgrade/service-manager.ts');
    const switching = await import('../features/upgrade/switch.ts');
    const withinMs = Number(text('within') ?? '60') * 1000;
    if (!(withinMs >= 1000 && withinMs <= 600_000)) throw new AppError('USAGE', '--within takes 1 to 600');
    const root = text('root') ?? releases.defaultRoot;
    const to = text('to') ?? own;
    if (!releases.isInstalled(root, to))
      throw new AppError('USAGE', `release ${to} does not lie in ${join(root, 'releases')}: install it first`);
    const service = serviceManager(text('service'), dataDir);
    const paths = dataPaths(dataDir);
    const line = [...releases.programOf(root, to), 'upgrade', '--trial', '--json', '--data', paths.data];
    if (flag('trial')) {
      if (service === undefined) throw new AppError('USAGE', 'there is no systemd here: say --service FILE');
      out.result(childResult(await service.run(line)));
      out.line(`the copy is well with release ${to}`);
      return 0;
    }
    const inUse = (cause: unknown): Error => new AppError('IN_USE', 'another upgrade is under way', {}, { cause });
    const lock = takeLock(join(root, 'upgrade.lock'), inUse);
    try {
      const parts = service && { root, paths, service, progress: out.note, withinMs };
      const from = releases.currentRelease(root) ?? null;
      const told = (state: string, line: string): number => {
        out.line(line);
        out.result({ state, from, to, root });
        return 0;
      };
      if (!existsSync(paths.config) && !flag('settle')) {
        releases.pointTo(root, to);
        return told('linked', `release ${to}; there is no data directory yet: sallyport init --help`);
      }
      if (parts !== undefined && (await switching.endUnfinished(parts)) && flag('settle'))
        return told('settled', `release ${releases.currentRelease(root)} serves`);
      if (flag('settle')) return told('settled', 'no upgrade was cut off');
      if (releases.currentRelease(root) === to) return told('same', `release ${to} is the one that runs`);
      out.note(`tries release ${to} on a copy; release ${from ?? 'none'} goes on serving`);
      if (parts === undefined) {
        await tryHere(context);
        switching.switchLater(root, paths, to);
        return told('linked', `release ${to} migrates when it is started`);
      }
      childResult(await parts.service.run(line));
      await switching.switchTo(parts, to);
      return told(
        'done',
        `release ${to} serves; the way back to ${from ?? 'none'} is kept: sallyport release rollback`,
      );
    } finally {
      lock.release();
    }
  },
};
