import { signedCatalog } from '../host/catalogs.ts';
import { daysUntil, rootReserveDays } from '../host/lifetimes.ts';
import { fulfilOf, readSealKeys } from '../host/online-keys.ts';
import { roleKeysOf } from '../host/rotate.ts';
import type { HostState } from '../host/state.ts';
import { getNewest } from '../host/trust-files.ts';
import { fingerprintOf, groupHex } from '../trust/keys.ts';

const shortKeys = (keyids: ReadonlyArray<string>): string => keyids.map((keyid) => keyid.slice(0, 16)).join(', ');

/** Who holds what, and until when. */
export const trustReport = (state: HostState, atMs: number) => {
  const root = getNewest(state, 'root');
  const newest = {
    root,
    targets: getNewest(state, 'targets'),
    snapshot: getNewest(state, 'snapshot'),
    timestamp: getNewest(state, 'timestamp'),
  };
  const roles = (['root', 'targets', 'snapshot', 'timestamp'] as const).map((role) => {
    const { keyids, threshold } = roleKeysOf(root, role);
    const { version, described } = newest[role];
    return {
      role,
      version,
      keyids,
      threshold,
      expires: described.expires,
      daysLeft: daysUntil(described.expires, atMs),
    };
  });
  const fulfil = fulfilOf(newest.targets.described.signed);
  const sealKeys = readSealKeys(state).map((key) => fingerprintOf(key.publicKey));
  const catalog = signedCatalog(state).number;
  const rootDays = daysUntil(root.described.expires, atMs);
  return {
    json: {
      root: { version: root.version, sha256: root.described.sha256 },
      roles: [...roles, { role: 'fulfil', keyids: fulfil.keyids, threshold: fulfil.threshold }],
      sealKeys,
      catalog,
      warnings: rootDays < rootReserveDays ? ['ROOT_TOO_SHORT'] : [],
    },
    text: [
      `root ${root.version}`,
      `  fingerprint  ${groupHex(root.described.sha256)}`,
      '',
      'role       version  keys                 until',
      ...roles.map(
        ({ role, version, keyids, threshold, expires, daysLeft }) =>
          `${role.padEnd(10)} ${String(version).padEnd(8)} ${`${threshold} of ${keyids.length}`.padEnd(20)} ${expires} (${daysLeft} days)  ${shortKeys(keyids)}`,
      ),
      `${'fulfil'.padEnd(10)} ${''.padEnd(8)} ${`${fulfil.threshold} of ${fulfil.keyids.length}`.padEnd(20)} with targets  ${shortKeys(fulfil.keyids)}`,
      `catalog    ${catalog}`,
      ...sealKeys.map((digest) => `seal key   ${groupHex(digest)}`),
      ...(rootDays < rootReserveDays
        ? [`The root has ${rootDays} days left; bundles need ${rootReserveDays}: trust rotate`]
        : []),
    ],
  };
};
