import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BundleError } from '../errors.ts';
import {
  generateSealKey,
  generateSigningKey,
  readSealKey,
  readSigningKey,
  type SealKey,
  type SigningKey,
  writeSealKey,
  writeSigningKey,
} from '../trust/keys.ts';
import type { HostState } from './state.ts';
import { getNewest } from './trust-files.ts';

// The keys that stay on the connected host. A file is named after its key, so that a new pair can be stored before the
// metadata that names it is signed: whichever key the newest metadata names is the one in use.

/** The online signing keys in use. */
export type OnlineKeys = { readonly snapshot: SigningKey; readonly timestamp: SigningKey; readonly fulfil: SigningKey };

const roles = ['snapshot', 'timestamp', 'fulfil'] as const;
type OnlineRole = (typeof roles)[number];

const fileName = (role: OnlineRole, key: SigningKey): string => `${role}-${key.keyid.slice(0, 16)}.json`;
const sealPath = (state: HostState): string => join(state.keys, 'seal.json');

/** Makes and stores new online keys; they come into use when metadata names them. */
export const createOnlineKeys = (state: HostState): OnlineKeys => {
  const keys = { snapshot: generateSigningKey(), timestamp: generateSigningKey(), fulfil: generateSigningKey() };
  for (const role of roles) writeSigningKey(join(state.keys, fileName(role, keys[role])), keys[role]);
  return keys;
};

/** Makes the key that sites seal their requests to, if there is none. */
export const createSealKey = (state: HostState): void => {
  if (!existsSync(sealPath(state))) writeSealKey(sealPath(state), generateSealKey());
};

/** The keys that sites seal to: the present one first, then one that is being replaced. */
export const readSealKeys = (state: HostState): ReadonlyArray<SealKey> => {
  const paths = [sealPath(state), join(state.keys, 'seal-previous.json')].filter((path) => existsSync(path));
  if (paths.length === 0) throw new BundleError('NOT_FOUND', 'this host has no seal key');
  return paths.map((path) => readSealKey(path));
};

/** A new key for sites to seal to; the one before still opens what is under way. The next catalog's policy names the new one. */
export const rotateSealKey = (state: HostState): void => {
  const [present] = readSealKeys(state);
  if (present !== undefined) writeSealKey(join(state.keys, 'seal-previous.json'), present);
  writeSealKey(sealPath(state), generateSealKey());
};

/** The key ids that the newest root and targets metadata name for each online role. */
const namedIds = (state: HostState): Record<OnlineRole, ReadonlyArray<string>> => {
  const root = getNewest(state, 'root').described.roles;
  return {
    snapshot: root?.['snapshot']?.keyids ?? [],
    timestamp: root?.['timestamp']?.keyids ?? [],
    fulfil: fulfilOf(getNewest(state, 'targets').described.signed).keyids,
  };
};

/** The `fulfil` delegation of targets metadata. */
export const fulfilOf = (
  signed: Record<string, unknown>,
): { keyids: ReadonlyArray<string>; threshold: number; publicKeys: ReadonlyArray<Uint8Array> } => {
  // The guards have checked this shape before; a missing delegation means that nobody may fulfil.
  const delegations = signed['delegations'] as
    | {
        keys: Record<string, { keyval: { public?: unknown } }>;
        roles?: { name: string; keyids: string[]; threshold: number }[];
      }
    | undefined;
  const role = delegations?.roles?.find((entry) => entry.name === 'fulfil');
  if (delegations === undefined || role === undefined) return { keyids: [], threshold: 1, publicKeys: [] };
  const publicKeys = role.keyids.map((keyid) =>
    Buffer.from(String(delegations.keys[keyid]?.keyval.public ?? ''), 'hex'),
  );
  return { keyids: role.keyids, threshold: role.threshold, publicKeys };
};

const findKey = (state: HostState, role: OnlineRole, keyids: ReadonlyArray<string>): SigningKey => {
  for (const name of readdirSync(state.keys).sort()) {
    if (!name.startsWith(`${role}-`) || !name.endsWith('.json')) continue;
    const key = readSigningKey(join(state.keys, name));
    if (keyids.includes(key.keyid)) return key;
  }
  throw new BundleError('NOT_FOUND', `no ${role} key in ${state.keys} is one that the published metadata names`);
};

/** The online keys in use. */
export const readOnlineKeys = (state: HostState): OnlineKeys => {
  const ids = namedIds(state);
  return {
    snapshot: findKey(state, 'snapshot', ids.snapshot),
    timestamp: findKey(state, 'timestamp', ids.timestamp),
    fulfil: findKey(state, 'fulfil', ids.fulfil),
  };
};

/** Deletes online keys that no published metadata names any more. */
export const dropUnusedOnlineKeys = (state: HostState): void => {
  const inUse = new Set(Object.entries(readOnlineKeys(state)).map(([role, key]) => fileName(role as OnlineRole, key)));
  for (const name of readdirSync(state.keys))
    if (/^(snapshot|timestamp|fulfil)-[0-9a-f]{16}\.json$/.test(name) && !inUse.has(name))
      rmSync(join(state.keys, name));
};
