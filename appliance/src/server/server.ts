import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Appliance } from '../compose.ts';
import { type Config, type DataPaths, readConfig } from '../platform/config.ts';
import { toFailure } from '../platform/errors.ts';
import { type Listener, type Presented, startListener } from '../platform/http/listener.ts';
import { pendingCounts } from '../platform/pending.ts';
import { type ProcessLock, takeServerLock, takeTrialLock } from '../platform/process-lock.ts';
import { startTicking } from '../platform/ticking.ts';
import { schedules, ticks } from '../ticks.ts';
import { httpApp } from './http-app.ts';
import { startIntake } from './intake/intake.ts';
import type { Intake } from './intake/messages.ts';

/** Before strangers are counted, those from where devices spoke before this start. */
const maxKnownAddresses = 50_000;

export type Server = {
  address: string;
  port: number;
  /** Reads names and addresses of the configuration anew, and presents the certificate for them; whether it is another one. */
  reload(): Promise<boolean>;
  stop(): Promise<void>;
};

/** Removes what a backup, an import or the trial of an upgrade left when it was cut off; a trial that goes on is left alone. */
const clearStaging = ({ data, staging }: DataPaths): void => {
  let trial: ProcessLock | undefined;
  try {
    trial = takeTrialLock(data);
  } catch (error) {
    if (toFailure(error).code !== 'IN_USE') throw error;
  }
  const isLeft = (name: string): boolean =>
    name.startsWith('backup-trial-') ? trial !== undefined : /^(?:backup|offline)-/.test(name);
  try {
    for (const name of readdirSync(staging).filter(isLeft))
      rmSync(join(staging, name), { recursive: true, force: true });
  } finally {
    trial?.release();
  }
};

/**
 * Starts jobs and the listener over a composed appliance; IN_USE when another server holds the data directory. A `lock` that is
 * given stays the caller's.
 */
export const startServer = async (
  appliance: Appliance,
  options: { listen?: Config['listen']; lock?: ProcessLock } = {},
): Promise<Server> => {
  const { db, paths, config, extensions, serverCertificate, devices, events, health, jobs, log, store } = appliance;
  const lock = options.lock ?? takeServerLock(paths.data);
  const release = (): void => {
    if (options.lock === undefined) lock.release();
  };
  // Of a damaged database what can be read is served: what could not be written is told by health, and no reason to end.
  const unlessDamaged = async (work: () => unknown): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (toFailure(error).code !== 'DATABASE') throw error;
      health.met(error);
      log.error({ err: error }, 'the database is damaged: what can be read is served, nothing is written');
    }
  };
  let listener: Listener | undefined;
  let intake: Intake | undefined;
  let presented: Presented | undefined;
  let stamp: string | undefined;
  const reload = async (): Promise<boolean> => {
    stamp = serverCertificate.stamp();
    const next = await serverCertificate.presented();
    if (next.cert === presented?.cert && next.named?.files.cert === presented.named?.files.cert) return false;
    presented = next;
    listener?.present(next);
    log.info({ addresses: readConfig(paths).addresses }, 'the server presents another certificate');
    return true;
  };
  // Commands set another one beside the server.
  const reloadWhenSet = async (): Promise<void> => {
    if (serverCertificate.stamp() !== stamp) await reload();
  };
  const end = async (): Promise<void> => {
    await listener?.close();
    await intake?.close();
    await jobs.stop();
  };
  try {
    // Under the lock only commands write objects, and they are told to repeat.
    store.cleanTemporary();
    clearStaging(paths);
    await unlessDamaged(async () => {
      // What a crash left of an import is finished or dropped before anybody reads the state.
      await appliance.exchange.recover();
      await appliance.deployments.dropUnfinished();
      appliance.windows.keepUndecided();
      appliance.exchange.noteTime();
      await jobs.start(schedules);
    });
    stamp = serverCertificate.stamp();
    presented = await serverCertificate.presented();
    let isAnythingLeft = true;
    await unlessDamaged(() => {
      isAnythingLeft = pendingCounts(db).length > 0;
    });
    intake = startIntake({ db, dataDir: paths.data, extensions, log, atOnce: isAnythingLeft });
    listener = await startListener({
      fetch: httpApp(appliance, intake).fetch,
      tls: presented,
      listen: options.listen ?? config.listen,
      familiar: devices.knownAddresses(maxKnownAddresses),
    });
    await unlessDamaged(() =>
      events.record('server-started', { actor: 'system:appliance', params: { version: appliance.version } }),
    );
  } catch (error) {
    await end();
    release();
    throw error;
  }
  const stopTicking = startTicking(ticks(appliance, { intake, reload, reloadWhenSet }), (error, failed) => {
    health.met(error);
    log.error({ err: error }, failed);
  });
  // What was known to be damaged before this start is so until every page was looked at.
  health.current();
  if (health.isDamaged()) await unlessDamaged(() => void jobs.enqueue('self-check'));
  return {
    address: listener.address,
    port: listener.port,
    reload,
    stop: async () => {
      stopTicking();
      await end();
      try {
        appliance.accounts.refusals.flush(true);
      } catch (error) {
        log.error({ err: error }, 'refusals were not recorded');
      }
      await unlessDamaged(() => {
        devices.flush();
        appliance.exchange.noteTime();
        events.record('server-stopped', { actor: 'system:appliance', params: {} });
      });
      release();
    },
  };
};
