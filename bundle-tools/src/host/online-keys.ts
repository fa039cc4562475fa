import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BundleError } from '../errors.ts';
import { generateSigningKey, readSigningKey, type SigningKey, writeSigningKey } from '../trust/keys.ts';
import { fulfilOf } from './role-keys.ts';
import type { HostState } from './state.ts';
import { getNewest, type Published } from './trust-files.ts';

// The keys that stay on the connected host. A file is named after its key, so that a new one can be stored before the
// metadata that names it is signed: whichever key the newest metadata names is the one in use.

/** The roles whose keys the host holds. */
export const onlineRoles = ['snapshot', 'timestamp', 'fulfil'] as const;
export type OnlineRole = (typeof onlineRoles)[number];
/** The online signing keys in use. */
export type OnlineKeys = Readonly<Record<OnlineRole, SigningKey>>;

const fileName = (role: OnlineRole, key: SigningKey): string => `${role}-${key.keyid.slice(0, 16)}.json`;

/** New keys for these roles, not stored yet. */
export const generateOnlineKeys = <Role extends OnlineRole>(
  roles: ReadonlyArray<Role>,
): Readonly<Record<Role, SigningKey>> =>
  Object.fromEntries(roles.map((role) => [role, generateSigningKey()])) as Record<Role, SigningKey>;

/** Stores new online keys; they come into use when metadata names them. */
export const storeOnlineKeys = (state: HostState, keys: Partial<OnlineKeys>): void => {
  for (const role of onlineRoles) {
    const key = keys[role];
    if (key !== undefined) writeSigningKey(join(state.keys, fileName(role, key)), key);
  }
};

const findKey = (state: HostState, role: OnlineRole, keyids: ReadonlyArray<string>): SigningKey => {
  for (const name of readdirSync(state.keys).sort()) {
    if (!name.startsWith(`${role}-`) || !name.endsWith('.json')) continue;
    const key = readSigningKey(join(state.keys, name));
    if (keyids.includes(key.keyid)) return key;
  }
  throw new BundleError('NOT_FOUND', `no ${role} key in ${state.keys} is one that the published metadata names`);
};

/** The online keys that a root and targets metadata name. */
export const onlineKeysBy = (state: HostState, root: Published, targets: Published): OnlineKeys => {
  const roles = root.described.roles;
  return {
    snapshot: findKey(state, 'snapshot', roles?.['snapshot']?.keyids ?? []),
    timestamp: findKey(state, 'timestamp', roles?.['timestamp']?.keyids ?? []),
    fulfil: findKey(state, 'fulfil', fulfilOf(targets.described.signed).keyids),
  };
};

/** The online keys in use. */
export const readOnlineKeys = (state: HostState): OnlineKeys =>
  onlineKeysBy(state, getNewest(state, 'root'), getNewest(state, 'targets'));

/** Deletes online keys that no published metadata names any more. */
export const dropUnusedOnlineKeys = (state: HostState): void => {
  const inUse = new Set(Object.entries(readOnlineKeys(state)).map(([role, key]) => fileName(role as OnlineRole, key)));
  for (const name of readdirSync(state.keys))
    if (/^(snapshot|timestamp|fulfil)-[0-9a-f]{16}\.json$/.test(name) && !inUse.has(name))
      rmSync(join(state.keys, name));
};
