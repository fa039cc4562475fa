import { gunzipSync } from 'node:zlib';
import { openFolderSource } from '../archive/folder-source.ts';
import { type Item, itemsOf } from '../archive/layout.ts';
import { type BundleSource, readBody } from '../archive/source.ts';
import { openTarSource } from '../archive/tar-source.ts';
import type { PreludeEntry } from '../builder/plan-bundle.ts';
import { decodeBitmap } from '../documents/bitmap.ts';
import { type InventoryLine, parseInventory } from '../documents/inventory.ts';
import { limits } from '../documents/limits.ts';
import { claimedManifest, type Manifest } from '../documents/manifest.ts';
import { BundleError } from '../errors.ts';
import { openCandidates } from '../importer/candidates.ts';
import { lstatSync } from '../person/files.ts';

// A bundle as it describes itself, for commands that move its bytes and prove nothing: unpack, split.

/** The entries before the objects, and what they say of the objects. */
export type BundleHead = {
  readonly prelude: ReadonlyArray<PreludeEntry>;
  readonly manifest: Manifest;
  readonly lines: ReadonlyArray<InventoryLine>;
  readonly items: ReadonlyArray<Item>;
};

const preludeNames =
  /^(?:bundle\.dsse\.json|tuf\/(?:timestamp|[1-9][0-9]{0,15}\.(?:root|snapshot|targets))\.json|policy\.json|inventory\.jsonl(?:\.gz)?)$/;
const maxPreludeBytes = limits.preludeBytes + limits.inventoryBytes;

/** Every file and folder that a person's paths stand for. */
export const sourcesAt = async (paths: ReadonlyArray<string>): Promise<string[]> => {
  const found: string[] = [];
  for (const path of paths) found.push(...(await openCandidates(path)));
  return [...new Set(found)];
};

/** Opens one of them. */
export const openAt = (path: string): Promise<BundleSource> =>
  lstatSync(path).isDirectory() ? openFolderSource(path) : openTarSource(path);

/** Reads everything before the objects. Bounded; a name that no bundle has is HEADER. */
export const readHead = async (source: BundleSource): Promise<BundleHead> => {
  const prelude: PreludeEntry[] = [];
  let total = 0;
  for (let entry = await source.peek(); entry !== undefined; entry = await source.peek()) {
    if (entry.name.startsWith('o/')) break;
    if (!preludeNames.test(entry.name))
      throw new BundleError('HEADER', `${JSON.stringify(entry.name)} is no entry of a bundle`);
    total += entry.size;
    if (total > maxPreludeBytes)
      throw new BundleError('LIMIT', `more than ${maxPreludeBytes} bytes before the objects`);
    await source.enter();
    prelude.push({ name: entry.name, bytes: await readBody(source, entry.size) });
  }
  const manifest = claimedManifest(prelude.find(({ name }) => name === 'bundle.dsse.json')?.bytes ?? new Uint8Array());
  const inventory = prelude.find(({ name }) => name.startsWith('inventory.'));
  if (inventory === undefined) throw new BundleError('MISSING', 'the inventory is absent');
  const lines = parseInventory(
    inventory.name.endsWith('.gz')
      ? gunzipSync(inventory.bytes, { maxOutputLength: limits.inventoryBytes })
      : inventory.bytes,
  );
  return {
    prelude,
    manifest,
    lines,
    items: itemsOf(lines, decodeBitmap(manifest.include, lines.length), manifest.parts),
  };
};

/** A run of an object's bytes that a source has next. */
export type Run = { readonly item: Item; readonly name: string; readonly offset: number; readonly length: number };

/** What of the objects a source holds, in the order in which it can be read. */
export const runsOf = async (source: BundleSource, head: BundleHead): Promise<Run[]> => {
  const whole = (item: Item): Run => ({ item, name: item.name, offset: item.offset, length: item.length });
  if (source.kind === 'tar') {
    const entry = await source.peek();
    if (entry === undefined) return [];
    const position = head.items.findIndex(({ name }) => name === entry.name);
    const volume = head.manifest.volumes.find(({ first, last }) => first <= position && position <= last);
    if (volume === undefined) throw new BundleError('MIX', `${entry.name} is not of this bundle`);
    return head.items.slice(volume.first, volume.last + 1).map(whole);
  }
  const seen = new Set<string>();
  return head.items.flatMap((item) => {
    if (source.has(item.name)) return [whole(item)];
    if (!source.isPortion) throw new BundleError('MISSING', `${item.name} is absent`);
    if (seen.has(item.sha256)) return [];
    seen.add(item.sha256);
    return source.pieces(item.sha256).map(({ name, size, offset }) => ({ item, name, offset, length: size }));
  });
};
