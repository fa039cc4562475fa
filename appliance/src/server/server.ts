import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Appliance } from '../compose.ts';
import type { SectionIntake } from '../engine/inventory/types.ts';
import { startRefusals } from '../features/accounts/refusals.ts';
import { startFindings } from '../features/controller-findings/ticker.ts';
import { startRecovering } from '../features/controllers/recovering.ts';
import { startPatchClock } from '../features/patches/ticker.ts';
import { startRules } from '../features/rules/ticker.ts';
import type { Config } from '../platform/config.ts';
import { type Listener, startListener } from '../platform/http/listener.ts';
import { takeServerLock } from '../platform/server-lock.ts';
import { httpApp } from './http-app.ts';
import { startIntake } from './intake/intake.ts';

/** Before strangers are counted, those from where devices spoke before this start. */
const maxKnownAddresses = 50_000;

export type Server = { address: string; port: number; stop(): Promise<void> };

/** Starts jobs and the listener over a composed appliance; IN_USE when another server holds the data directory. */
export const startServer = async (
  appliance: Appliance,
  options: { listen?: Config['listen'] } = {},
): Promise<Server> => {
  const { paths, config, extensions, ca, devices, events, jobs, log, store } = appliance;
  const lock = takeServerLock(join(paths.data, 'server.lock'));
  let listener: Listener;
  let intake: SectionIntake | undefined;
  try {
    // Under the lock nobody else writes objects but commands, which are told to repeat.
    store.sweep();
    for (const name of readdirSync(paths.staging).filter(
      (entry) => entry.startsWith('backup-') || entry.startsWith('offline-'),
    )) {
      rmSync(join(paths.staging, name), { recursive: true, force: true });
    }
    // What a crash left of an import is finished or dropped before anybody reads the state.
    await appliance.exchange.recover();
    appliance.exchange.noteTime();
    await jobs.start();
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
    lock.release();
    throw error;
  }
  const stopDiscovery = appliance.discovery.startSchedule((error) =>
    log.error({ err: error }, 'the schedule of discovery was not looked at'),
  );
  const stopIdentification = appliance.identification.startSchedule((error) =>
    log.error({ err: error }, 'the schedule of identification was not looked at'),
  );
  const stopWitness = appliance.witness.start((error) => log.error({ err: error }, 'the witness was not written'));
  const stopFlushing = devices.startFlushing((error) => log.error({ err: error }, 'last seen was not written'));
  const stopRefusals = startRefusals(appliance.accounts.refusals, (error) =>
    log.error({ err: error }, 'refusals were not recorded'),
  );
  const stopRules = startRules({
    ...appliance,
    isBusy: () => intake.waiting() > 0,
    onError: (error) => log.error({ err: error }, 'rules were not run'),
  });
  const stopPatchClock = startPatchClock(appliance.patches, (error) =>
    log.error({ err: error }, 'the clocks of patches were not looked at'),
  );
  const stopFindings = startFindings({
    ...appliance,
    onError: (error) => log.error({ err: error }, 'controllers were not compared with advisories'),
  });
  const stopRecovering = startRecovering({
    ...appliance,
    onError: (error) => log.error({ err: error }, 'readings that were cut off were not taken back'),
  });
  return {
    address: listener.address,
    port: listener.port,
    stop: async () => {
      await listener.close();
      await intake.close();
      stopFlushing();
      stopRefusals();
      stopWitness();
      stopDiscovery();
      stopIdentification();
      stopRules();
      stopPatchClock();
      stopFindings();
      stopRecovering();
      devices.flush();
      await jobs.stop();
      appliance.exchange.noteTime();
      events.record('server-stopped', { actor: 'system:appliance', params: {} });
      lock.release();
    },
  };
};
