import { dataPaths, parseListen, readConfig } from '../platform/config.ts';
import { takeServerLock } from '../platform/process-lock.ts';
import { applianceRelease } from '../platform/release.ts';
import { signsOfLife, tellSystemd } from '../platform/service-notify.ts';
import { startTicking } from '../platform/ticking.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'the server: console, API and agents over HTTPS',
  options: { listen: { value: 'ADDR:PORT', help: 'instead of the configured address' } },
  example: 'sallyport serve --data /var/lib/sallyport --listen 0.0.0.0:8443',
  run: async ({ open, text, dataDir, out }) => {
    const listen = text('listen');
    const paths = dataPaths(dataDir);
    readConfig(paths);
    // Before the database is opened: a second server neither opens nor changes it. The kernel drops the lock with the process,
    // after the database is closed.
    const lock = takeServerLock(dataDir);
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
    // Before it says that it serves: a signal that follows at once ends it cleanly.
    const toldToStop = new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    });
    const host = server.address.includes(':') ? `[${server.address}]` : server.address;
    const url = `https://${host}:${server.port}`;
    out.line(`listening on ${url}`);
    const stopSigns = startTicking(signsOfLife(), (error, failed) => appliance.log.error({ err: error }, failed));
    // Where systemd cannot be told, the start has failed.
    await tellSystemd('READY=1').catch(async (error: unknown) => {
      await server.stop();
      throw error;
    });
    out.begun({ listening: url, address: server.address, port: server.port });
    const onReload = (): void => {
      server
        .reload()
        .catch((error: unknown) => appliance.log.error({ err: error }, 'the certificate was not read anew'));
    };
    process.on('SIGHUP', onReload);
    await toldToStop;
    process.off('SIGHUP', onReload);
    await server.stop();
    stopSigns();
    return 0;
  },
};
