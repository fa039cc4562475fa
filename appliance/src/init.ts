import { createHash } from 'node:crypto';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { ensureDir } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { cryptoReady } from '@sallyport/bundle-tools/trust/keys';
import { type Appliance, compose } from './compose.ts';
import { areas, type Right, systemActor } from './engine/objects/types.ts';
import { administratorRole } from './features/accounts/rights.ts';
import { newRecoveryKey, type PreparedKey, takeRecoveryKey } from './features/backups/recovery-key-file.ts';
import { initCa } from './features/ca/service.ts';
import { createSiteKeys } from './features/exchange/keys.ts';
import { assertWindow, noWindow } from './features/windows/first-window.ts';
import { type Config, dataPaths, readConfig, writeConfig } from './platform/config.ts';
import { createSchema, openDatabase } from './platform/database.ts';
import { AppError } from './platform/errors.ts';
import { initKeyring } from './platform/keyring.ts';
import type { Log } from './platform/log.ts';

export type InitOptions = {
  dataDir: string;
  site: string;
  addresses: readonly string[];
  listen: Config['listen'];
  administrator: string;
  /** The recovery key that a person has already; otherwise one is made and given back. */
  recovery?: PreparedKey | undefined;
  /** A person looked at the computer's clock and says that it is right; false: only what is signed is believed. */
  isClockConfirmed?: boolean;
  /** When computers may be changed, as a window says it; `none`: not before somebody decides it. */
  window?: string | undefined;
  log?: Log;
};

export type Initialised = {
  /** Path of the one-time link: it sets the first administrator's password. */
  linkPath: string;
  linkExpires: string;
  /** Opens backups; shown once and kept nowhere. Empty where a person had it before. */
  recoveryKey: string;
  /** SHA-256 of the CA certificate. */
  caFingerprint: string;
};

const rightsOf = (access: 'read', except: readonly string[] = []): Right[] =>
  areas.filter((area) => !except.includes(area)).map((area) => `${area}:${access}` as Right);

const operatorAreas = ['devices', 'controllers', 'updates', 'deployments', 'exchange', 'vulnerabilities', 'work'];

const builtInRoles: ReadonlyArray<{ id: string; name: string; rights: Right[] }> = [
  { id: 'administrator', name: 'Administrator', rights: ['all'] },
  {
    id: 'operator',
    name: 'Operator',
    rights: [
      ...operatorAreas.flatMap((area) => [`${area}:write`, `${area}:approve`] as Right[]),
      ...rightsOf('read', [...operatorAreas, 'accounts']),
    ],
  },
  { id: 'viewer', name: 'Viewer', rights: rightsOf('read', ['accounts']) },
  { id: 'auditor', name: 'Auditor', rights: rightsOf('read') },
];

const makeRoles = ({ objects }: Appliance): void => {
  for (const { id, name, rights } of builtInRoles) {
    if (objects.find('role', id) === undefined) {
      objects.create(systemActor, 'role', { name, rights, builtIn: true }, { id, comment: 'init' });
    }
  }
};

/** The first window of computers, for the whole site. */
const makeWindow = ({ objects }: Appliance, recurrence: string | undefined): void => {
  if (recurrence === undefined || recurrence === noWindow) return;
  const kind = 'maintenance-window';
  if (objects.list({ kind, where: { for: 'computers' }, limit: 1 }).rows.length > 0) return;
  objects.create(systemActor, kind, { name: 'Computers', recurrence, for: 'computers' }, { comment: 'init' });
};

/** Administrators are told of what is critical, until the site decides otherwise. */
const makeNotificationRule = ({ objects }: Appliance): void => {
  const kind = 'notification-rule';
  if (objects.list({ kind, limit: 1 }).rows.length > 0) return;
  const body = { name: 'Critical events', query: 'severity=critical', roles: [administratorRole] };
  objects.create(systemActor, kind, body, { comment: 'init' });
};

/** Makes a data directory. What a crash left half-made is finished; a finished one is refused with EXISTS. */
export const initialise = async (options: InitOptions): Promise<Initialised> => {
  if (options.window !== undefined) assertWindow(options.window);
  const paths = dataPaths(options.dataDir);
  await cryptoReady();
  for (const folder of [
    paths.data,
    paths.advisories,
    paths.objects,
    paths.staging,
    paths.keys,
    paths.backups,
    paths.diagnostics,
  ]) {
    ensureDir(folder, 0o700);
  }
  const config: Config = {
    format: 'sallyport-config/1',
    site: options.site,
    addresses: [...options.addresses],
    listen: options.listen,
  };
  const keyring = await initKeyring(paths.keys);
  // The public half of the recovery key is written last: with it the directory counts as made.
  if (isThere(paths.config)) {
    if (keyring.hasFile('recovery.pub'))
      throw new AppError('EXISTS', `${paths.data} is an appliance of site ${readConfig(paths).site} already`);
  }
  writeConfig(paths, config);
  await initCa({ keyring, keysDir: paths.keys, site: options.site });
  createSiteKeys(keyring);
  const db = openDatabase(paths.database);
  try {
    createSchema(db);
  } finally {
    db.close();
  }
  const appliance = await compose({
    dataDir: options.dataDir,
    ...defined({ log: options.log }),
  });
  try {
    makeRoles(appliance);
    makeWindow(appliance, options.window);
    makeNotificationRule(appliance);
    appliance.exchange.initialise(options.site, options.site, {
      systemTime: toTime(appliance.time.wall()),
      isConfirmed: options.isClockConfirmed ?? true,
    });
    const held = appliance.objects.findBy('account', 'name', options.administrator);
    const account =
      held ??
      appliance.objects.create(
        systemActor,
        'account',
        { name: options.administrator, roles: ['administrator'] },
        { comment: 'init' },
      );
    const link = appliance.accounts.makeLink(systemActor, account.id);
    const { recoveryKey, prepared } =
      options.recovery === undefined ? newRecoveryKey() : { recoveryKey: '', prepared: options.recovery };
    takeRecoveryKey(keyring, prepared, { nowMs: appliance.time.now(), isRenewed: false });
    return {
      linkPath: `/first/${link.token}`,
      linkExpires: toTime(link.expiresAt),
      recoveryKey,
      caFingerprint: createHash('sha256').update(appliance.ca.certificateDer).digest('hex'),
    };
  } finally {
    await appliance.close();
  }
};
