import { checkVolumes, type Item, itemsOf } from '../archive/layout.ts';
import { decodeBitmap } from '../documents/bitmap.ts';
import { type InventoryLine, parseInventory } from '../documents/inventory.ts';
import { limits } from '../documents/limits.ts';
import type { Manifest } from '../documents/manifest.ts';
import { type Policy, parsePolicy } from '../documents/policy.ts';
import { BundleError } from '../errors.ts';
import type { RefreshedTrust } from '../trust/core.ts';
import { sha256Hex } from '../trust/hash.ts';
import type { ImportContext } from './context.ts';
import type { Prelude } from './prelude.ts';

// State 5: that this bundle is for this site, now, and that its parts belong together.

/** What `policy.json` may ask for with `min_importer`: the version of this release (a test holds it to package.json). */
export const importerVersion = '0.3.0';

const parts = (version: string): number[] => version.split('.').map(Number);

const isOlder = (version: string, than: string): boolean => {
  const [a, b] = [parts(version), parts(than)];
  for (let index = 0; index < 3; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
};

/** The open request that a bundle says it answers. */
export const answeredRequest = (
  manifest: Manifest,
  context: ImportContext,
): ImportContext['openRequests'][number] | undefined =>
  manifest.request_id === undefined
    ? undefined
    : context.openRequests.find(({ requestId }) => requestId === manifest.request_id);

/** Site, nonce and request. */
export const checkAddressee = (manifest: Manifest, context: ImportContext): void => {
  if (manifest.site !== '*' && manifest.site !== context.site) {
    throw new BundleError('WRONG_SITE', `the bundle is for site ${manifest.site}, this is ${context.site}`);
  }
  if (manifest.nonce === undefined) {
    if (!context.broadcastAllowed) throw new BundleError('NONCE', 'a bundle that answers no request is not taken here');
    return;
  }
  const request = answeredRequest(manifest, context);
  if (request === undefined) throw new BundleError('NONCE', `request ${manifest.request_id ?? ''} is not open here`);
  if (request.nonce !== manifest.nonce) throw new BundleError('NONCE', 'the nonce is not the one of the request');
  if (request.digest !== manifest.request_digest) throw new BundleError('NONCE', 'the bundle answers another request');
};

/** TUF versions, seq. */
export const checkVersions = (manifest: Manifest, trust: RefreshedTrust, context: ImportContext): void => {
  for (const role of ['root', 'timestamp', 'snapshot', 'targets'] as const) {
    if (manifest.tuf[role] !== trust.versions[role]) {
      throw new BundleError(
        'MIX',
        `the manifest names ${role} ${manifest.tuf[role]}, the bundle has ${trust.versions[role]}`,
      );
    }
  }
  const seq = manifest.site === '*' ? context.seqBroadcast : context.seq;
  if (manifest.seq <= seq)
    throw new BundleError('ROLLBACK', `the bundle has number ${manifest.seq}, ${seq} is in force`);
  // No key change resets this number: a stolen fulfil key must not be able to use it up.
  if (manifest.seq - seq > limits.seqStep)
    throw new BundleError('LIMIT', `the bundle has number ${manifest.seq}, ${seq} is in force: too far apart`);
};

/** The policy, by the hash that a curator signed. */
export const checkPolicy = (prelude: Prelude, trust: RefreshedTrust): Policy => {
  const target = trust.targets.get('policy.json');
  if (target === undefined) throw new BundleError('METADATA', 'targets: policy.json is not listed');
  if (target.length !== prelude.policy.length || target.sha256 !== sha256Hex(prelude.policy)) {
    throw new BundleError('HASH', 'policy.json is not the one that is signed');
  }
  const policy = parsePolicy(prelude.policy);
  if (isOlder(importerVersion, policy.min_importer)) {
    throw new BundleError('METADATA', `this importer is ${importerVersion}, the host asks for ${policy.min_importer}`);
  }
  return policy;
};

/** What the manifest says of the inventory against what a curator signed; before anything is inflated. */
export const checkInventoryHead = (manifest: Manifest, prelude: Prelude, trust: RefreshedTrust): void => {
  const { inventory } = manifest;
  const path = `catalog/${inventory.catalog}/inventory.jsonl`;
  const target = trust.targets.get(path);
  if (target === undefined) throw new BundleError('METADATA', `targets: ${path} is not listed`);
  if (target.sha256 !== inventory.sha256)
    throw new BundleError('HASH', `the manifest names another inventory than ${path}`);
  if (target.length !== inventory.size)
    throw new BundleError('METADATA', `the size of ${path} differs from the signed one`);
  if (inventory.encoding !== prelude.inventory.encoding || inventory.packed_size !== prelude.inventory.packedSize) {
    throw new BundleError('METADATA', 'the inventory is not packed as the manifest says');
  }
};

export type BoundInventory = {
  lines: InventoryLine[];
  include: number[];
  reliesOn: number[];
  items: Item[];
};

/** The inventory's lines against the manifest's lists and sums. */
export const bindInventory = (raw: Uint8Array, manifest: Manifest, prelude: Prelude): BoundInventory => {
  const lines = parseInventory(raw);
  if (lines.length !== manifest.inventory.lines) {
    throw new BundleError(
      'METADATA',
      `the inventory has ${lines.length} lines, ${manifest.inventory.lines} are signed`,
    );
  }
  const include = decodeBitmap(manifest.include, lines.length);
  const reliesOn = decodeBitmap(manifest.relies_on, lines.length);
  const first = new Map<string, number>();
  for (const [number, { sha256 }] of lines.entries()) if (!first.has(sha256)) first.set(sha256, number);
  for (const number of include) {
    const digest = lines[number]?.sha256 ?? '';
    if (first.get(digest) !== number)
      throw new BundleError('METADATA', `line ${number} is not the first of its object`);
  }
  const items = itemsOf(lines, include, manifest.parts);
  checkVolumes(manifest.volumes, items, prelude.sizes);
  const bytes = include.reduce((sum, number) => sum + (lines[number]?.size ?? 0), 0);
  if (bytes !== manifest.totals.bytes || include.length !== manifest.totals.objects) {
    throw new BundleError('METADATA', 'the totals do not fit the objects');
  }
  return { lines, include, reliesOn, items };
};
