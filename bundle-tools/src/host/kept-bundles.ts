import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { itemsOf } from '../archive/layout.ts';
import type { BundlePlan, PreludeEntry } from '../builder/plan-bundle.ts';
import { decodeBitmap } from '../documents/bitmap.ts';
import { id } from '../documents/fields.ts';
import { parseInventory } from '../documents/inventory.ts';
import { limits } from '../documents/limits.ts';
import { claimedManifest } from '../documents/manifest.ts';
import { BundleError } from '../errors.ts';
import { ensureDir, writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { listSites, type Site } from './sites.ts';
import type { HostState } from './state.ts';

// sites/<site>/bundles/<bundle id>/: the prelude of each bundle that was written, numbered in its order. Together with
// the objects it makes any volume again, bit by bit, without a key.

const keptPreludes = 20;
const orderFile = 'order.json';
const orderSchema = z.array(z.string().max(100)).min(1).max(300);

const bundlesOf = (site: Pick<Site, 'folder'>): string => join(site.folder, 'bundles');

/** Keeps what a bundle's volumes can be made from again; the oldest go. */
export const keepBundle = (site: Pick<Site, 'folder'>, plan: BundlePlan, keep: ReadonlyArray<string>): void => {
  const folder = join(bundlesOf(site), plan.manifest.bundle_id);
  ensureDir(folder);
  for (const [index, { bytes }] of plan.prelude.entries()) writeFileDurable(join(folder, String(index)), bytes);
  // The order comes last: without it the bundle was never kept.
  writeFileDurable(join(folder, orderFile), JSON.stringify(plan.prelude.map(({ name }) => name)));
  const wanted = new Set([plan.manifest.bundle_id, ...keep.slice(-keptPreludes)]);
  for (const name of readdirSync(bundlesOf(site)))
    if (!wanted.has(name)) rmSync(join(bundlesOf(site), name), { recursive: true, force: true });
};

const readPlan = (folder: string): BundlePlan => {
  const names = orderSchema.parse(JSON.parse(readFileSync(join(folder, orderFile), 'utf8')));
  const prelude = names.map(
    (name, index): PreludeEntry => ({ name, bytes: readFileSync(join(folder, String(index))) }),
  );
  const [head] = prelude;
  const inventory = prelude.at(-1);
  if (head === undefined || inventory === undefined) throw new BundleError('STORE_IO', `${folder} is not whole`);
  const manifest = claimedManifest(head.bytes);
  const raw = inventory.name.endsWith('.gz')
    ? gunzipSync(inventory.bytes, { maxOutputLength: limits.inventoryBytes })
    : inventory.bytes;
  const lines = parseInventory(raw);
  return { manifest, prelude, items: itemsOf(lines, decodeBitmap(manifest.include, lines.length), manifest.parts) };
};

/** The objects that the kept bundles of all sites are made from. */
export function keptObjects(state: HostState): ReadonlyArray<string> {
  return listSites(state).flatMap((site) =>
    isThere(bundlesOf(site))
      ? readdirSync(bundlesOf(site))
          .map((name) => join(bundlesOf(site), name))
          .filter((folder) => isThere(join(folder, orderFile)))
          .flatMap((folder) => readPlan(folder).items.map(({ sha256 }) => sha256))
      : [],
  );
}

/** A bundle that this host wrote, by its id or the beginning of it. */
type KeptBundle = { readonly site: Site; readonly plan: BundlePlan };

/** Finds a kept bundle; NOT_FOUND, or AMBIGUOUS when several ids begin so. */
export const findKeptBundle = (state: HostState, bundleId: string): KeptBundle => {
  if (!/^[0-9a-f]{8,32}$/.test(bundleId))
    throw new BundleError('USAGE', `${bundleId} is no bundle id; give 8 to 32 hex digits`);
  const found = listSites(state).flatMap((site) => {
    const folder = bundlesOf(site);
    if (!isThere(folder)) return [];
    return readdirSync(folder)
      .filter((name) => id.safeParse(name).success && name.startsWith(bundleId))
      .filter((name) => isThere(join(folder, name, orderFile)))
      .map((name) => ({ site, folder: join(folder, name) }));
  });
  const [only, ...others] = found;
  if (only === undefined)
    throw new BundleError(
      'NOT_FOUND',
      `this host keeps no bundle ${bundleId}; it keeps the newest ${keptPreludes} of each site`,
    );
  if (others.length > 0) throw new BundleError('AMBIGUOUS', `${found.length} bundles begin with ${bundleId}`);
  return { site: only.site, plan: readPlan(only.folder) };
};
