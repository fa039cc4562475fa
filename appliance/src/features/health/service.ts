import { statfsSync } from 'node:fs';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { EventService } from '../../engine/events/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { DataPaths } from '../../platform/config.ts';
import { assertSchema, changeStamp, type Database, tryWrite } from '../../platform/database.ts';
import { toFailure } from '../../platform/errors.ts';
import type { Jobs } from '../../platform/jobs.ts';
import type { Keyring } from '../../platform/keyring.ts';
import { doubtText, type SiteClock } from '../../platform/site-clock.ts';
import type { BackupService } from '../backups/service.ts';
import type { BackupAge, RecoveryKey } from '../backups/types.ts';
import type { CaService } from '../ca/types.ts';
import type { ServerCertificateService } from '../server-certificate/service.ts';
import type { UpgradeService } from '../upgrade/service.ts';
import { type Damage, noteDamage, readDamage } from './damage-file.ts';
import { keyFaults } from './keys.ts';
import { type Meter, newMeter } from './meter.ts';
import { diskReserve } from './reserve.ts';
import {
  AUTHORITY_NOTICE_MS,
  FULL_SHARE,
  type Health,
  type HealthCheck,
  type HealthCheckName,
  type HealthCode,
  LOW_SHARE,
} from './types.ts';

export type HealthService = {
  /** Looks now, and changes nothing. */
  look(): Health;
  /** What the last turn of the server found; what is found now where there was none. */
  current(): Health;
  /** The server's turn: looks, keeps what it found, tells once what became of the disk, releases the reserve of a full one. */
  turn(): void;
  /** Sets the reserve aside where the last turn found room; turns go on meanwhile. */
  setAside(signal: AbortSignal): Promise<void>;
  /** An error that an entry point met: damage is remembered, and a full disk has its turn at once. */
  met(error: unknown): void;
  /** Reports are refused. */
  isFull(): boolean;
  /** Nothing is written any more. */
  isDamaged(): boolean;
  /** What the server counts of its calls. */
  meter: Meter;
  /** How many reports wait to be stored; undefined in a process that does not serve. */
  reportsWaiting(): number | undefined;
  /** This process serves. */
  serves(waiting: () => number): void;
};

type Parts = {
  db: Database;
  events: Pick<EventService, 'record'>;
  keyring: Keyring;
  jobs: Pick<Jobs, 'stuck' | 'list'>;
  objects: Pick<ObjectService, 'setting'>;
  backups: Pick<BackupService, 'age'>;
  recoveryKey: { look(): Pick<RecoveryKey, 'state' | 'positions'> };
  serverCertificate: Pick<ServerCertificateService, 'fault'>;
  ca: Pick<CaService, 'notAfterMs'>;
  paths: Pick<DataPaths, 'data'>;
  upgrades: Pick<UpgradeService, 'failure'>;
  clock?: () => number;
  /** What counts as the time, and what is wrong with it. */
  time?: Pick<SiteClock, 'read'>;
  /** What is free on the disk of a folder; by default what the system says. */
  space?: (folder: string) => Health['disk'];
};

const backupsAgainMs = 60_000;

/** Of one kind there are a few runs that wait or failed before one that is done. */
const rememberedChecks = 20;

/** No writer is waited for: another one that writes is proof enough. */
const writeWaitMs = 0;

/** What is free on the disk of a folder. */
function spaceOf(folder: string): Health['disk'] {
  const { bavail, blocks, bsize } = statfsSync(folder);
  return { freeBytes: bavail * bsize, sizeBytes: blocks * bsize };
}

const check = (
  name: HealthCheckName,
  state: HealthCheck['state'] = 'ok',
  code: HealthCode = 'OK',
  detail = '',
): HealthCheck => ({ name, state, code, detail });

/** What tells whether the appliance can do its work, over an open data directory. */
export function healthService(parts: Parts): HealthService {
  const { db, events, keyring, jobs, objects, backups, recoveryKey, serverCertificate, ca } = parts;
  const {
    paths: { data: dataDir },
    clock = nowMs,
    space = spaceOf,
  } = parts;
  const reserve = diskReserve(dataDir);
  const stamp = changeStamp(db);
  const seen = {
    damage: undefined as Damage | undefined,
    stamp: '',
    disk: 'OK' as HealthCode,
    backup: undefined as (BackupAge & { at: number }) | undefined,
  };
  let kept: Health | undefined;
  let waiting: (() => number) | undefined;

  /** Where it cannot be kept, this process knows it. */
  const damaged = (detail: string): void => {
    const at = clock();
    try {
      seen.damage = noteDamage(dataDir, { at, detail });
    } catch {
      seen.damage ??= { since: at, detail };
    }
  };

  // The nightly check reads every page, which is too much to do at each look.
  const pagesCheckedAt = (): number | null => {
    try {
      const last = jobs.list({ kind: 'self-check', limit: rememberedChecks }).find(({ state }) => state === 'done');
      return last?.finishedAt ?? null;
    } catch (error) {
      const { code, message } = toFailure(error);
      if (code !== 'DATABASE') throw error;
      damaged(message);
      return null;
    }
  };

  const database = (): HealthCheck => {
    try {
      // Another process may have met it, or found every page whole.
      seen.damage = readDamage(dataDir);
      if (seen.damage !== undefined)
        return check(
          'database',
          'failed',
          'DATABASE',
          `${seen.damage.detail}${seen.damage.since === 0 ? '' : `, since ${toTime(seen.damage.since)}`}; run: sallyport doctor, which names the way back`,
        );
      // What was committed since the last look has shown already that commits succeed.
      const now = stamp();
      if (now === seen.stamp) tryWrite(db, writeWaitMs);
      seen.stamp = stamp();
      return check('database');
    } catch (error) {
      const { code, message } = toFailure(error);
      if (code === 'DATABASE') damaged(message);
      return code === 'DISK_FULL'
        ? check('database', 'failed', 'DISK_FULL', `${message}; make room on the disk of ${dataDir}`)
        : check('database', 'failed', code === 'DATABASE' ? 'DATABASE' : 'STORE_IO', message);
    }
  };

  const schema = (): HealthCheck => {
    try {
      assertSchema(db);
      return check('schema');
    } catch (error) {
      const { code, message } = toFailure(error);
      if (!code.startsWith('SCHEMA_')) throw error;
      return check('schema', 'failed', 'SCHEMA', message);
    }
  };

  const disk = ({ freeBytes, sizeBytes }: Health['disk']): HealthCheck => {
    const share = freeBytes / sizeBytes;
    const what = `${freeBytes} of ${sizeBytes} bytes are free`;
    const todo = 'make room, or run: sallyport store gc';
    if (share < FULL_SHARE) return check('disk', 'failed', 'DISK_FULL', `${what}: reports are refused; ${todo}`);
    // Below what an import leaves free it is low, too.
    if (share < LOW_SHARE || freeBytes < objects.setting('exchange.reserve-bytes'))
      return check('disk', 'warning', 'DISK_LOW', `${what}; ${todo}`);
    return check('disk');
  };

  const keys = (): HealthCheck => {
    const [first] = keyFaults(keyring);
    return first === undefined ? check('keys') : check('keys', 'failed', 'KEY', first);
  };

  const job = (): HealthCheck => {
    const stuck = jobs.stuck();
    return stuck.length === 0
      ? check('jobs')
      : check('jobs', 'failed', 'JOB_STUCK', `${stuck.join(', ')} does not go on; restart the server`);
  };

  const backup = (): HealthCheck => {
    // Its list is read from the journal: not at each look.
    if (seen.backup === undefined || Math.abs(clock() - seen.backup.at) >= backupsAgainMs)
      seen.backup = { at: clock(), ...backups.age() };
    const { state, last } = seen.backup;
    if (state === 'ok') return check('backups');
    const todo = 'run: sallyport backup create';
    return state === 'none'
      ? check('backups', 'warning', 'BACKUP_NONE', `no good backup is known; ${todo}`)
      : check('backups', 'warning', 'BACKUP_OLD', `the last good backup is of ${toTime(last?.madeAt ?? 0)}; ${todo}`);
  };

  const recovery = (): HealthCheck => {
    const { state, positions } = recoveryKey.look();
    if (state === 'confirmed') return check('recovery');
    const todo =
      positions.length === 0
        ? 'type the key on the page Backups, Recovery key'
        : `type its groups ${positions.join(', ')} on the page Backups, Recovery key`;
    return check(
      'recovery',
      'warning',
      'RECOVERY_UNCONFIRMED',
      `no person has shown to have the recovery key, without which no backup can be opened; ${todo}, or have a new one made there`,
    );
  };

  const certificate = (): HealthCheck => {
    const fault = serverCertificate.fault();
    return fault === undefined ? check('certificate') : check('certificate', 'warning', fault.code, fault.detail);
  };

  const authority = (): HealthCheck => {
    const left = ca.notAfterMs - clock();
    const end = toTime(ca.notAfterMs);
    if (left <= 0)
      return check(
        'authority',
        'failed',
        'AUTHORITY_ENDED',
        `the site's own authority ended at ${end}: no agent connects any more`,
      );
    return left <= AUTHORITY_NOTICE_MS
      ? check(
          'authority',
          'warning',
          'AUTHORITY_ENDS',
          `the site's own authority ends at ${end}; then no agent connects`,
        )
      : check('authority');
  };

  const siteTime = (): HealthCheck => {
    const found = parts.time?.read();
    return found?.doubt === undefined
      ? check('clock')
      : check('clock', 'warning', found.doubt, doubtText(found, found.doubt));
  };

  const upgrade = (): HealthCheck => {
    const failed = parts.upgrades.failure();
    return failed === undefined
      ? check('upgrade')
      : check(
          'upgrade',
          'warning',
          'UPGRADE_FAILED',
          `${failed.from ?? 'no release'} runs, ${failed.to} does not: ${failed.reason}; run: sallyport upgrade --to ${failed.to}, or put it aside: sallyport release put-aside`,
        );
  };

  const orFailed = (name: HealthCheckName, look: () => HealthCheck): HealthCheck => {
    try {
      return look();
    } catch (error) {
      const { code, message } = toFailure(error);
      return check(name, 'failed', code === 'DATABASE' ? 'DATABASE' : 'STORE_IO', message);
    }
  };

  const look = (): Health => {
    const room = space(dataDir);
    const checks = [
      orFailed('database', database),
      orFailed('schema', schema),
      orFailed('disk', () => disk(room)),
      orFailed('keys', keys),
      orFailed('jobs', job),
      orFailed('backups', backup),
      orFailed('recovery', recovery),
      orFailed('certificate', certificate),
      orFailed('authority', authority),
      orFailed('clock', siteTime),
      orFailed('upgrade', upgrade),
    ];
    return {
      checkedAt: clock(),
      pagesCheckedAt: pagesCheckedAt(),
      isReady: checks.every(({ state }) => state !== 'failed'),
      checks,
      disk: room,
    };
  };

  const diskCode = ({ checks }: Health): HealthCode => checks.find(({ name }) => name === 'disk')?.code ?? 'OK';

  const turn = (): void => {
    kept = look();
    const found = diskCode(kept);
    const { freeBytes } = kept.disk;
    if (found === 'DISK_FULL') reserve.release();
    if (found === seen.disk) return;
    seen.disk = found;
    if (found === 'DISK_LOW') events.record('disk-low', { actor: 'system:appliance', params: { freeBytes } });
    if (found === 'DISK_FULL') events.record('disk-full', { actor: 'system:appliance', params: { freeBytes } });
  };

  return {
    look,
    current: () => {
      kept ??= look();
      return kept;
    },
    turn,
    setAside: async (signal) => {
      if (kept !== undefined && diskCode(kept) === 'OK') await reserve.hold(kept.disk.sizeBytes, signal);
    },
    met: (error) => {
      const { code, message } = toFailure(error);
      if (code === 'DATABASE') damaged(message);
      if (code === 'DISK_FULL' && reserve.isHeld()) turn();
    },
    isFull: () => kept?.checks.some(({ code }) => code === 'DISK_FULL') ?? false,
    isDamaged: () => seen.damage !== undefined,
    meter: newMeter(),
    reportsWaiting: () => waiting?.(),
    serves: (reports) => {
      waiting = reports;
    },
  };
}
