import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Appliance } from '../compose.ts';
import type { SectionIntake } from '../engine/inventory/types.ts';
import type { Config } from '../platform/config.ts';
import { type Listener, startListener } from '../platform/http/listener.ts';
import { type ProcessLock, takeServerLock } from '../platform/process-lock.ts';
import { startTicking } from '../platform/ticking.ts';
import { schedules, ticks } from '../ticks.ts';
import { httpApp } from './http-app.ts';
import { startIntake } from './intake/intake.ts';

/** Before strangers are counted, those from where devices spoke before this start. */
const maxKnownAddresses = 50_000;

export type Server = { address: string; port: number; stop(): Promise<void> };

/**
 * Starts jobs and the listener over a composed appliance; IN_USE when another server holds the data directory. A `lock` that is
 * given stays the caller's.
 */
export const startServer = async (
  appliance: Appliance,
  options: { listen?: Config['listen']; lock?: ProcessLock } = {},
): Promise<Server> => {
  const { paths, config, extensions, ca, devices, events, jobs, log, store } = appliance;
  const lock = options.lock ?? takeServerLock(paths.data);
  const release = (): void => {
    if (options.lock === undefined) lock.release();
  };
  let listener: Listener;
  let intake: SectionIntake | undefined;
  try {
    // Under the lock only commands write objects, and they are told to repeat.
    store.cleanTemporary();
    for (const name of readdirSync(paths.staging).filter(
      (entry) => entry.startsWith('backup-') || entry.startsWith('offline-'),
    )) {
      rmSync(join(paths.staging, name), { recursive: true, force: true });
    }
    // What a crash left of an import is finished or dropped before anybody reads the state.
    await appliance.exchange.recover();
    appliance.exchange.noteTime();
    await jobs.start(schedules);
    intake = startIntake({ dataDir: paths.data, extensions, log });
    listener = await startListener({
      fetch: httpApp(appliance, intake).fetch,
      tls: await ca.serverMaterial(config.addresses),
      listen: options.listen ?? config.listen,
      familiar: devices.knownAddresses(maxKnownAddresses),
    });
    events.record('server-started', { actor: 'system:appliance', params: { version: appliance.version } });
  } catch (error) {
    await intake?.close();
    await jobs.stop();
    release();
    throw error;
  }
  const stopTicking = startTicking(
    ticks(appliance, () => intake.waiting() > 0),
    (error, failed) => log.error({ err: error }, failed),
  );
  return {
    address: listener.address,
    port: listener.port,
    stop: async () => {
      await listener.close();
      await intake.close();
      stopTicking();
      try {
        appliance.accounts.refusals.flush(true);
      } catch (error) {
        log.error({ err: error }, 'refusals were not recorded');
      }
      devices.flush();
      await jobs.stop();
      appliance.exchange.noteTime();
      events.record('server-stopped', { actor: 'system:appliance', params: {} });
      release();
    },
  };
};
