import { canonicalJson } from '../documents/canonical-json.ts';
import { BundleError } from '../errors.ts';
import { verifyBytes } from '../trust/keys.ts';
import type { Published } from './trust-files.ts';

// Who holds a role by a piece of metadata, and which of them have signed another.

type RoleName = 'root' | 'targets' | 'snapshot' | 'timestamp';

/** The holders of a role. */
export type RoleKeys = {
  readonly keys: ReadonlyArray<Uint8Array>;
  readonly keyids: ReadonlyArray<string>;
  readonly threshold: number;
};

/** Who holds a role by a root. */
export const roleKeysOf = (root: Published, role: RoleName): RoleKeys => {
  const named = root.described.roles?.[role];
  // The guards have checked this shape.
  const keys = root.described.signed['keys'] as Record<string, { keyval: { public?: unknown } }>;
  if (named === undefined) throw new BundleError('METADATA', `the root names no key for ${role}`);
  return {
    keyids: named.keyids,
    threshold: named.threshold,
    keys: named.keyids.map((keyid) => Buffer.from(String(keys[keyid]?.keyval.public ?? ''), 'hex')),
  };
};

/** The `fulfil` delegation of targets metadata. */
export const fulfilOf = (signed: Record<string, unknown>): RoleKeys => {
  // The guards have checked this shape before; without the delegation no key may fulfil.
  const delegations = signed['delegations'] as
    | {
        keys: Record<string, { keyval: { public?: unknown } }>;
        roles?: { name: string; keyids: string[]; threshold: number }[];
      }
    | undefined;
  const role = delegations?.roles?.find((entry) => entry.name === 'fulfil');
  if (delegations === undefined || role === undefined) return { keyids: [], threshold: 1, keys: [] };
  const keys = role.keyids.map((keyid) => Buffer.from(String(delegations.keys[keyid]?.keyval.public ?? ''), 'hex'));
  return { keyids: role.keyids, threshold: role.threshold, keys };
};

type Signature = { readonly keyid: string; readonly sig: string };

/** The signatures on metadata as they stand in the file. */
export const signaturesOn = (bytes: Uint8Array): ReadonlyArray<Signature> =>
  // The guards have checked this shape.
  (JSON.parse(Buffer.from(bytes).toString('utf8')) as { signatures: Signature[] }).signatures;

/** The ids among the holders of a role whose signature on the metadata verifies. */
export const validSigners = (metadata: Published, { keyids, keys }: RoleKeys): ReadonlyArray<string> => {
  const covered = canonicalJson(metadata.described.signed);
  const signatures = signaturesOn(metadata.bytes);
  return keyids.filter((keyid, at) => {
    const signature = signatures.find((entry) => entry.keyid === keyid)?.sig;
    const key = keys[at];
    return signature !== undefined && key !== undefined && verifyBytes(covered, Buffer.from(signature, 'hex'), key);
  });
};
