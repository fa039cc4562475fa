import { join } from 'node:path';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { DataActs } from '../data-acts/client.ts';
import { failureLine, failureOf, knownFailure, refusedTrial, wentBackFrom } from '../features/upgrade/failure.ts';
import * as releases from '../features/upgrade/releases.ts';
import { type Server, serverOf } from '../features/upgrade/service-manager.ts';
import * as switching from '../features/upgrade/switch.ts';
import { AppError, refusalOf, toFailure } from '../platform/errors.ts';
import { takeLock } from '../platform/process-lock.ts';
import { applianceRelease } from '../platform/release.ts';
import type { Command, CommandContext } from './command.ts';

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

const rootOf = ({ text }: CommandContext): string => text('root') ?? releases.defaultRoot;

/** What a packager's script is told instead of an attempt, or of a failed one whose end is known; undefined for any other failure. */
const toldToPackager = async (
  context: CommandContext,
  data: DataActs,
  error?: unknown,
): Promise<number | undefined> => {
  const { text, out } = context;
  const root = rootOf(context);
  const to = text('to') ?? applianceRelease().version;
  const { upgrade } = await data.call('upgrade.read', {});
  const asked = { to, build: releases.buildOf(root, to), current: releases.currentRelease(root) };
  if (wentBackFrom(upgrade ?? undefined, asked)) {
    out.result({ state: 'rolled-back', to, root });
    out.line(`not tried again: a person went back from ${to}. To try again: sallyport upgrade --to ${to}`);
    return 0;
  }
  const known = knownFailure(upgrade ?? undefined, asked);
  if (known === undefined) return undefined;
  if (error !== undefined) out.note(toFailure(error).message);
  out.result({ state: 'failed', from: known.from, to, root });
  out.line(error === undefined ? `not tried again: ${failureLine(known)}` : failureLine(known));
  return 0;
};

/** The release that is asked for: without a name this program's, or where that one runs, the one whose upgrade failed. */
const wantedRelease = async (context: CommandContext, data: DataActs): Promise<string> => {
  const own = applianceRelease().version;
  const named = context.text('to');
  const root = rootOf(context);
  if (named !== undefined || releases.currentRelease(root) !== own) return named ?? own;
  const failed = failureOf((await data.call('upgrade.read', {})).upgrade ?? undefined);
  return failed !== undefined && releases.isInstalled(root, failed.to) ? failed.to : own;
};

const upgrade = async (context: CommandContext, { service, data, user }: Server): Promise<number> => {
  const { text, flag, out } = context;
  const own = applianceRelease().version;
  const withinMs = Number(text('within') ?? '60') * 1000;
  if (!(withinMs >= 1000 && withinMs <= 600_000)) throw new AppError('USAGE', '--within takes 1 to 600');
  const root = rootOf(context);
  if (flag('trial') && (text('to') ?? own) === own && user === undefined) {
    const { schema } = await data.call('upgrade.try', {});
    out.line(`the copy was brought from schema ${schema.from} to ${schema.to} and is well`);
    out.result({ release: own, schema });
    return 0;
  }
  const to = flag('trial') ? (text('to') ?? own) : await wantedRelease(context, data);
  if (!releases.isInstalled(root, to))
    throw new AppError('USAGE', `release ${to} does not lie in ${join(root, 'releases')}: install it first`);
  const tryOnCopy = async (): Promise<unknown> => {
    if (service === undefined) {
      if (user !== undefined) out.note('systemd does not run here: the trial has no sandbox but its own user');
      return data.call('upgrade.try', {});
    }
    const line = [...releases.programOf(root, to), 'upgrade', '--trial', '--json', '--data', data.dataDir];
    return trialResult(await service.run(line));
  };
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
    const at = nowMs();
    try {
      await tryOnCopy();
    } catch (error) {
      const attempt = { from, to, at, ...defined({ build: releases.buildOf(root, to) }) };
      await switching.noteFailure(data, refusedTrial(attempt, toFailure(error)));
      throw error;
    }
    if (parts === undefined) {
      await switching.switchLater(root, data, to);
      return told('linked', `release ${to} migrates when it is started`);
    }
    await switching.switchTo(parts, to);
    return told('done', `release ${to} serves; the way back to ${from ?? 'none'} is kept: sallyport release rollback`);
  } finally {
    lock.release();
  }
};

export const command: Command = {
  summary:
    'makes this release the one that runs: tried on a copy, then switched, and back by itself where it does not serve',
  options: {
    to: { value: 'VERSION', help: 'another release that is installed (the one of this program)' },
    package: { help: 'for the script of a package: a failed attempt is told and not made again, and ends with 0' },
    trial: { help: 'the trial on a copy alone; nothing is changed' },
    settle: { help: 'end an upgrade that was cut off, forward or back, and no more' },
    within: { value: 'SECONDS', help: 'how long a release has to serve a page (60)' },
    root: { value: 'DIR', path: 'system', help: 'where releases/ and the link current lie (/opt/sallyport)' },
    service: {
      value: 'FILE',
      path: 'system',
      help: 'JSON with start, stop, restart: how the server is run (systemd, sallyport.service)',
    },
  },
  example: 'sallyport upgrade --to 0.3.0',
  // A failed attempt is told by the appliance itself: a packager that saw an error would repeat the outage each time it is called.
  run: async (context) => {
    const server = serverOf(context.text('service'), context.dataDir);
    try {
      if (!context.flag('package')) return await upgrade(context, server);
      const known = await toldToPackager(context, server.data);
      if (known !== undefined) return known;
      try {
        return await upgrade(context, server);
      } catch (error) {
        const told = await toldToPackager(context, server.data, error).catch(() => undefined);
        if (told === undefined) throw error;
        return told;
      }
    } finally {
      server.data.close();
    }
  },
};
