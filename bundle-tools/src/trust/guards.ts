import * as z from 'zod';
import { checkDocument, hex, int, time } from '../documents/fields.ts';
import { limits } from '../documents/limits.ts';
import { parseStrictJson } from '../documents/strict-json.ts';
import { BundleError } from '../errors.ts';
import { keyidOf } from './keys.ts';

// Section 4: what is checked before tuf-js sees the bytes. The library verifies re-canonicalised JSON and believes
// some shapes that mean nothing (`hashes: {}`), so these shapes die here.

export type MetadataRole = 'root' | 'timestamp' | 'snapshot' | 'targets';

export const roleLimits: Readonly<Record<MetadataRole, number>> = {
  root: limits.rootBytes,
  timestamp: limits.timestampBytes,
  snapshot: limits.snapshotBytes,
  targets: limits.targetsBytes,
};

const version = int.min(1);
const head = z.looseObject({ version, expires: time });

const key = z.looseObject({ keytype: z.string(), scheme: z.string(), keyval: z.record(z.string(), z.unknown()) });
const keys = z.record(z.string(), key);
const role = z.looseObject({ keyids: z.array(z.string()).max(64), threshold: int.min(1) });
const delegatedRole = role
  .extend({ name: z.string(), paths: z.array(z.string()), path_hash_prefixes: z.array(z.string()) })
  .partial({ paths: true, path_hash_prefixes: true })
  .refine(
    (one) => (one.paths === undefined) !== (one.path_hash_prefixes === undefined),
    'not one of paths and prefixes',
  );
const hashes = z.record(z.string(), z.string());
const metaFile = z.looseObject({ version, length: int.optional(), hashes: hashes.optional() });
const meta = z.record(z.string(), metaFile);

const shapes = {
  root: z.looseObject({ version, expires: time, keys, roles: z.record(z.string(), role) }),
  timestamp: z.looseObject({ version, expires: time, meta }),
  snapshot: z.looseObject({ version, expires: time, meta }),
  targets: z.looseObject({
    version,
    expires: time,
    targets: z.record(z.string(), z.looseObject({ length: int, hashes })),
    delegations: z.looseObject({ keys, roles: z.array(delegatedRole).optional() }).optional(),
  }),
};

const signatures = z.array(z.looseObject({ keyid: z.string(), sig: z.string() })).max(64);
const envelope = z.looseObject({ signed: head, signatures });

type Keys = z.infer<typeof keys>;
type Role = z.infer<typeof role>;

const refuse = (why: string): BundleError => new BundleError('METADATA', why);

// Guard 4. A threshold counts public keys; one key under two ids would count twice.
const checkDistinctKeys = (what: string, { keyids }: Role, known: Keys): void => {
  const seen = new Set<string>();
  for (const keyid of keyids) {
    const value = known[keyid]?.keyval['public'];
    if (typeof value !== 'string') continue;
    const normal = /^[0-9a-fA-F]+$/.test(value) ? value.toLowerCase() : value.replace(/\s/g, '');
    if (seen.has(normal)) throw refuse(`${what} has one public key under two ids`);
    seen.add(normal);
  }
};

// Guard 5.
const checkProductionKeys = (what: string, known: Keys): void => {
  for (const [keyid, value] of Object.entries(known)) {
    const { public: publicHex } = value.keyval;
    if (value.keytype !== 'ed25519' || value.scheme !== 'ed25519') throw refuse(`${what}: key ${keyid} is not Ed25519`);
    if (typeof publicHex !== 'string' || !/^[0-9a-f]{64}$/.test(publicHex)) {
      throw refuse(`${what}: key ${keyid} has no public half`);
    }
    if (keyidOf(Buffer.from(publicHex, 'hex')) !== keyid)
      throw refuse(`${what}: key ${keyid} is not named by its digest`);
  }
};

const checkRoot = (signed: z.infer<typeof shapes.root>, production: boolean): void => {
  for (const [name, value] of Object.entries(signed.roles)) checkDistinctKeys(`root: role ${name}`, value, signed.keys);
  if (!production) return;
  checkProductionKeys('root', signed.keys);
  const others = Object.keys(signed.roles).filter((name) => !Object.hasOwn(roleLimits, name));
  if (others.length > 0) throw refuse('root: only the four top-level roles are allowed');
};

const checkMeta = (name: MetadataRole, signed: { meta: z.infer<typeof meta> }, production: boolean): void => {
  if (!production) return;
  for (const [file, info] of Object.entries(signed.meta)) {
    if (info.length === undefined || !hex.safeParse(info.hashes?.['sha256']).success) {
      throw refuse(`${name}: ${file} has no length or no sha256`);
    }
  }
};

const checkTargets = (signed: z.infer<typeof shapes.targets>, production: boolean): void => {
  for (const [path, target] of Object.entries(signed.targets)) {
    const { sha256, sha512 } = target.hashes;
    const usable = hex.safeParse(sha256).success || (!production && /^[0-9a-f]{128}$/.test(sha512 ?? ''));
    if (!usable) throw refuse(`targets: ${JSON.stringify(path.slice(0, 200))} has no usable hash`);
  }
  const roles = signed.delegations?.roles ?? [];
  for (const value of roles) checkDistinctKeys(`targets: role ${value.name}`, value, signed.delegations?.keys ?? {});
  if (!production) return;
  if (Object.keys(signed.targets).length > limits.targets) {
    throw new BundleError('LIMIT', `targets: more than ${limits.targets} entries`);
  }
  if (signed.delegations === undefined) return;
  checkProductionKeys('targets', signed.delegations.keys);
  if (roles.length !== 1 || roles[0]?.name !== 'fulfil' || Object.hasOwn(signed.delegations, 'succinct_roles')) {
    throw refuse('targets: only the delegation "fulfil" is allowed');
  }
};

/** The parsed `signed` part of metadata that passed the guards. */
export type GuardedMetadata = {
  signed: Record<string, unknown> & { version: number; expires: string };
  signatures: readonly { keyid: string; sig: string }[];
};

/**
 * Guards 1-5 of section 4 for one metadata file. `production` adds what the exchange demands beyond the TUF
 * specification; without it the public conformance suite passes.
 */
export const guardMetadata = (bytes: Uint8Array, roleName: MetadataRole, production: boolean): GuardedMetadata => {
  const value = parseStrictJson(bytes, { maxBytes: roleLimits[roleName] });
  const outer = checkDocument(envelope, value, roleName);
  if (outer.signed['_type'] !== roleName)
    throw refuse(`${roleName}: the file is of type ${String(outer.signed['_type'])}`);
  switch (roleName) {
    case 'root':
      checkRoot(checkDocument(shapes.root, outer.signed, roleName), production);
      break;
    case 'targets':
      checkTargets(checkDocument(shapes.targets, outer.signed, roleName), production);
      break;
    default:
      checkMeta(roleName, checkDocument(shapes[roleName], outer.signed, roleName), production);
  }
  if (production) {
    // Node reads hex in either case: one spelling only, so that a changed bit is a changed signature.
    for (const { sig } of outer.signatures) {
      if (!/^[0-9a-f]{128}$/.test(sig)) throw refuse(`${roleName}: a signature is not 64 bytes in lower-case hex`);
    }
  }
  return { signed: outer.signed, signatures: outer.signatures };
};
