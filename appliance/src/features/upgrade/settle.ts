import type { EventService } from '../../engine/events/service.ts';
import type { DataPaths } from '../../platform/config.ts';
import { migrate, openDatabase } from '../../platform/database.ts';
import { dropBefore, hasBefore, keepBefore, type NameReturn, putBack } from './before.ts';
import { readUpgrade, writeUpgrade } from './file.ts';
import type { Upgrade } from './types.ts';

// What the server of a release does to its data directory when it starts within an upgrade, under its lock.

/** Longer than `sallyport upgrade` waits: a return would have happened by then. */
const confirmMs = 900_000;

type Settled = {
  /** Records what happened; for the opened data directory, before anybody is served. */
  opened(events: Pick<EventService, 'record'>): void;
  /** The port is open. */
  listening(): void;
};

const migrateFile = (path: string): number[] => {
  const db = openDatabase(path);
  try {
    return migrate(db);
  } finally {
    db.close();
  }
};

/** Where `sallyport upgrade` was killed, only this start tells that the new release serves. */
const confirmLater = (paths: DataPaths): void => {
  setTimeout(() => {
    const upgrade = readUpgrade(paths.data);
    if (upgrade?.state === 'open' && upgrade.serving === upgrade.to && upgrade.asked !== true)
      finishUpgrade(paths, upgrade);
  }, confirmMs).unref();
};

const goForward = async (paths: DataPaths, upgrade: Upgrade): Promise<Settled> => {
  await keepBefore(paths, upgrade.to);
  migrateFile(paths.database);
  const isFirst = upgrade.serving !== upgrade.to;
  return {
    opened: (events) => {
      if (isFirst)
        events.record('release-changed', {
          actor: 'system:appliance',
          params: { from: upgrade.from ?? '', to: upgrade.to },
        });
    },
    listening: () => {
      if (isFirst) writeUpgrade(paths.data, { ...upgrade, serving: upgrade.to });
      confirmLater(paths);
    },
  };
};

const goBack = async (
  paths: DataPaths,
  upgrade: Upgrade,
  version: string,
  nameReturn: NameReturn,
): Promise<Settled> => {
  await putBack(paths, upgrade, nameReturn);
  const reason = upgrade.reason ?? 'the upgrade was cut off';
  return {
    opened: (events) => {
      events.record('release-returned', {
        actor: 'system:appliance',
        params: { from: upgrade.to, to: version, reason },
      });
      // From here on the database of before goes on: it must not be put back once more.
      writeUpgrade(paths.data, { ...upgrade, state: 'returned', serving: version, reason });
      dropBefore(paths);
    },
    listening: () => undefined,
  };
};

/** Brings the database to the release that starts where an upgrade is under way; nothing else changes it. For who has the lock. */
export async function settleUpgrade(paths: DataPaths, version: string, nameReturn: NameReturn): Promise<Settled> {
  const upgrade = readUpgrade(paths.data);
  if (upgrade?.state === 'open') {
    if (upgrade.to === version) return goForward(paths, upgrade);
    if (upgrade.from === version && hasBefore(paths, upgrade.to)) return goBack(paths, upgrade, version, nameReturn);
    // The new release never came to the database.
    if (upgrade.from === version && upgrade.reason !== undefined)
      writeUpgrade(paths.data, { ...upgrade, state: 'returned', serving: version });
  }
  return { opened: () => undefined, listening: () => undefined };
}

/** Says that the new release serves; the way back stays. */
export function finishUpgrade(paths: DataPaths, upgrade: Upgrade): void {
  writeUpgrade(paths.data, { ...upgrade, state: 'done', reason: undefined, failed: undefined });
  dropBefore(paths, upgrade.to);
}
