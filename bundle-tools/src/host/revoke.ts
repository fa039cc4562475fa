import { BundleError } from '../errors.ts';
import type { KeyFile } from './key-files.ts';
import { onlineRoles } from './online-keys.ts';
import { fulfilOf, type RoleKeys, roleKeysOf } from './role-keys.ts';
import type { RotateOptions } from './rotate.ts';
import type { HostState } from './state.ts';
import { getNewest } from './trust-files.ts';

/** The roles whose keys can be revoked. */
export const revocableRoles = ['root', 'curator', ...onlineRoles] as const;
export type RevocableRole = (typeof revocableRoles)[number];

/** Whether a word names such a role. */
export const isRevocable = (word: string): word is RevocableRole =>
  (revocableRoles as ReadonlyArray<string>).includes(word);

const minPrefixLength = 8;

const holdersOf = (state: HostState, role: RevocableRole): RoleKeys => {
  if (role === 'fulfil') return fulfilOf(getNewest(state, 'targets').described.signed);
  return roleKeysOf(getNewest(state, 'root'), role === 'curator' ? 'targets' : role);
};

const findKeyid = ({ keyids }: RoleKeys, role: RevocableRole, given: string): string => {
  const prefix = given.toLowerCase().replace(/\s/g, '');
  if (!/^[0-9a-f]+$/.test(prefix) || prefix.length < minPrefixLength)
    throw new BundleError(
      'USAGE',
      `give at least ${minPrefixLength} hex digits of the key's id, as trust show prints it`,
    );
  const found = keyids.filter((keyid) => keyid.startsWith(prefix));
  if (found.length !== 1 || found[0] === undefined)
    throw new BundleError('NOT_FOUND', `no ${role} key in force has an id that begins with ${prefix}`);
  return found[0];
};

/** Keys to revoke, and those that come in their place. */
type Revocation = {
  readonly role: RevocableRole;
  readonly keyids: ReadonlyArray<string>;
  readonly replacements: ReadonlyArray<KeyFile>;
  readonly threshold?: number;
};

/**
 * Turns a revocation into the change of keys that it is: an online key gets a successor, a root or curator key leaves
 * its set.
 */
export const revocationChange = (
  state: HostState,
  { role, keyids, replacements, threshold }: Revocation,
): Pick<RotateOptions, 'renew' | 'rootKeys' | 'rootThreshold' | 'curatorKeys' | 'curatorThreshold'> => {
  const holders = holdersOf(state, role);
  const revoked = new Set(keyids.map((given) => findKeyid(holders, role, given)));
  if (role !== 'root' && role !== 'curator') {
    if (replacements.length > 0 || threshold !== undefined)
      throw new BundleError('USAGE', `the host makes the next ${role} key itself`);
    return { renew: new Set([role]) };
  }
  const kept = holders.keyids.flatMap((keyid, at): KeyFile[] => {
    const publicKey = holders.keys[at];
    return revoked.has(keyid) || publicKey === undefined ? [] : [{ path: '', keyid, publicKey, isNew: false }];
  });
  if (replacements.some(({ keyid }) => revoked.has(keyid)))
    throw new BundleError('USAGE', 'a key cannot replace itself');
  const next = [...kept, ...replacements];
  const wanted = threshold ?? holders.threshold;
  if (wanted > next.length)
    throw new BundleError(
      'USAGE',
      `${next.length} ${role} keys would be left for a threshold of ${wanted}; give --replacement or --threshold`,
    );
  const newThreshold = threshold === undefined ? {} : { threshold };
  return role === 'root'
    ? { renew: new Set(), rootKeys: next, ...(newThreshold.threshold === undefined ? {} : { rootThreshold: wanted }) }
    : {
        renew: new Set(),
        curatorKeys: next,
        ...(newThreshold.threshold === undefined ? {} : { curatorThreshold: wanted }),
      };
};
