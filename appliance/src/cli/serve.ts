import { type DataPaths, dataPaths, parseListen, readConfig } from '../platform/config.ts';
import { dataFolderWatch } from '../platform/data-folder.ts';
import { AppError, toFailure } from '../platform/errors.ts';
import { takeServerLock } from '../platform/process-lock.ts';
import { applianceRelease } from '../platform/release.ts';
import { signsOfLife, tellSystemd } from '../platform/service-notify.ts';
import { startTicking } from '../platform/ticking.ts';
import type { Command, CommandContext } from './command.ts';

const lookEveryMs = 2_000;
/** How long the page on a damaged database stands before the next start is tried. */
const againMs = 600_000;

type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

const firstOf = (...signals: Signal[]): Promise<Signal> =>
  new Promise((resolve) => {
    for (const signal of signals) process.once(signal, () => resolve(signal));
  });

const startUp = async (context: CommandContext, paths: DataPaths) => {
  const { open, text } = context;
  const listen = text('listen');
  // Before the database is opened: a second server neither opens nor changes it. The kernel drops the lock with the process,
  // after the database is closed.
  const lock = takeServerLock(paths.data);
  try {
    const isGone = dataFolderWatch(paths);
    const [{ settleUpgrade }, { nameReturn }] = await Promise.all([
      import('../features/upgrade/settle.ts'),
      import('../features/rollback/named-return.ts'),
    ]);
    const settled = await settleUpgrade(paths, applianceRelease().version, nameReturn);
    const appliance = await open({ isServer: true });
    settled.opened(appliance.events);
    const { startServer } = await import('../server/server.ts');
    const server = await startServer(appliance, {
      lock,
      ...(listen === undefined ? {} : { listen: parseListen(listen) }),
    });
    settled.listening();
    return { appliance, server, isGone };
  } catch (error) {
    lock.release();
    throw error;
  }
};

const serve = async (
  { out }: CommandContext,
  paths: DataPaths,
  { appliance, server, isGone }: Awaited<ReturnType<typeof startUp>>,
): Promise<number> => {
  // Before it says that it serves: a signal that follows at once ends it cleanly.
  const toldToStop = firstOf('SIGINT', 'SIGTERM');
  const host = server.address.includes(':') ? `[${server.address}]` : server.address;
  const url = `https://${host}:${server.port}`;
  out.line(`listening on ${url}`);
  let lost = (): void => undefined;
  const gone = new Promise<'gone'>((resolve) => {
    lost = () => resolve('gone');
  });
  const folderLook = {
    failed: 'the data folder was not looked at',
    everyMs: lookEveryMs,
    run: () => (isGone() ? lost() : undefined),
  };
  const stopSigns = startTicking([...signsOfLife(), folderLook], (error, failed) =>
    appliance.log.error({ err: error }, failed),
  );
  // Where systemd cannot be told, the start has failed.
  await tellSystemd('READY=1').catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  out.begun({ listening: url, address: server.address, port: server.port });
  const onReload = (): void => {
    server.reload().catch((error: unknown) => appliance.log.error({ err: error }, 'the certificate was not read anew'));
  };
  process.on('SIGHUP', onReload);
  const why = await Promise.race([toldToStop, gone]);
  process.off('SIGHUP', onReload);
  if (why === 'gone') {
    // It ends also where ending well fails: what it would write is in a folder that has no name any more.
    await server.stop().catch((error: unknown) => appliance.log.error({ err: error }, 'the server did not end well'));
    stopSigns();
    throw new AppError(
      'DATA_GONE',
      `${paths.data} went away beneath the running server: removed, renamed or unmounted, or another one lies in its place. Bring it back; the server starts by itself then`,
    );
  }
  await server.stop();
  stopSigns();
  return 0;
};

/** One page in place of the server; ends with 1, to be started anew, after a while or when told to look again (SIGHUP). */
const servePage = async (context: CommandContext, paths: DataPaths, error: unknown): Promise<number> => {
  const { out, text } = context;
  const listen = text('listen');
  const { serveDamage, tellDamage } = await import('../damaged.tsx');
  const { code, message } = toFailure(error);
  const told = firstOf('SIGINT', 'SIGTERM', 'SIGHUP');
  const { since, lines } = tellDamage(paths, message);
  out.note(`Error: ${code}: ${message}: the server does not start`);
  for (const line of lines) out.note(line);
  const page = await serveDamage(paths, since, listen === undefined ? undefined : parseListen(listen));
  out.note('a page says so; a new start is tried every 10 minutes, and at once with: systemctl restart sallyport');
  const ended = Promise.withResolvers<'again'>();
  const timer = setTimeout(() => ended.resolve('again'), againMs);
  const stopSigns = startTicking(signsOfLife(), (fault, failed) => out.note(`${failed}: ${toFailure(fault).message}`));
  await tellSystemd('STATUS=The database is damaged; run: sallyport doctor');
  await tellSystemd('READY=1');
  const why = await Promise.race([told, ended.promise]);
  clearTimeout(timer);
  stopSigns();
  await page.close();
  return why === 'SIGINT' || why === 'SIGTERM' ? 0 : 1;
};

export const command: Command = {
  summary: 'the server: console, API and agents over HTTPS',
  options: { listen: { value: 'ADDR:PORT', help: 'instead of the configured address' } },
  example: 'sallyport serve --data /var/lib/sallyport --listen 0.0.0.0:8443',
  run: async (context) => {
    const paths = dataPaths(context.dataDir);
    readConfig(paths);
    let up: Awaited<ReturnType<typeof startUp>>;
    try {
      up = await startUp(context, paths);
    } catch (error) {
      const { readUpgrade } = await import('../features/upgrade/file.ts');
      // Within an upgrade the release of before comes back, and waits for the end of this one.
      if (toFailure(error).code !== 'DATABASE' || readUpgrade(paths.data)?.state === 'open') throw error;
      return servePage(context, paths, error);
    }
    return serve(context, paths, up);
  },
};
