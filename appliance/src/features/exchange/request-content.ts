import type { RequestPlatform } from '@sallyport/bundle-tools/documents/request';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { streamedName, streamOfPurl } from '@sallyport/bundle-tools/versions/module-stream';
import { readPurl, writePurl } from '@sallyport/bundle-tools/versions/purl';
import type { InventoryService, RowOf, SectionRowOf } from '../../engine/inventory/service.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { UpdateService } from '../updates/service.ts';

// What a request says about the devices: distinct package versions per system, never who has them. From the inventory
// leaves what its declarations name, and nothing else is read here.

export type RequestContent = {
  readonly platforms: readonly RequestPlatform[];
  /** What each platform follows by its distribution or by the administrator's rule; of the same order. */
  readonly followed: readonly (readonly string[])[];
  readonly software: readonly string[];
};

const MAX_PLATFORMS = 512;
const MAX_ENTRIES = 200_000;
const SYSTEM_TYPES: ReadonlySet<string> = new Set(['deb', 'rpm', 'apk']);

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/**
 * A package URL without qualifiers and subpath, which may name a host or a path; undefined for a text that is none: no host
 * could read it.
 */
const barePurl = (written: string): string | undefined => {
  const purl = readPurl(written);
  return purl && writePurl({ ...purl, qualifiers: new Map() });
};

type Group = {
  readonly vendor: string;
  readonly release: string;
  readonly arch: string;
  /** What it follows, and beside it what the sources of its devices add. */
  readonly suites: ReadonlySet<string>;
  readonly own: Set<string>;
  devices: number;
  /** How many of them have each entry, by its number. */
  readonly counts: Uint32Array;
};

/** A package of a system, as a request names it. */
type Entry = { readonly name: string; readonly version: string; readonly source: string };

const groupOf = (
  groups: Map<string, Group>,
  row: SectionRowOf<'platform'>,
  suites: readonly string[],
  entries: number,
): Group => {
  const [vendor, release, arch] = [text(row['vendor']), text(row['release']), text(row['arch'])];
  const key = JSON.stringify([vendor, release, arch]);
  const held = groups.get(key);
  if (held) return held;
  const group: Group = {
    vendor,
    release,
    arch,
    suites: new Set(suites),
    own: new Set(),
    devices: 0,
    counts: new Uint32Array(entries),
  };
  groups.set(key, group);
  if (groups.size > MAX_PLATFORMS) throw new BundleError('LIMIT', `more than ${MAX_PLATFORMS} kinds of systems`);
  return group;
};

const byName = (a: Pick<Entry, 'name' | 'version'>, b: Pick<Entry, 'name' | 'version'>): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : a.version > b.version ? 1 : 0;

const toPlatform = (group: Group, entries: readonly Entry[]): RequestPlatform => ({
  vendor: group.vendor,
  release: group.release,
  arch: group.arch,
  suites: [...group.suites, ...[...group.own].sort()].slice(0, 64).sort(),
  packages: entries
    .map((entry, at) => ({ ...entry, devices: group.counts[at] as number }))
    .filter(({ devices }) => devices > 0)
    .sort(byName)
    .map(({ name, version, source, devices }) => ({
      name,
      version,
      source,
      // No host reads it (decision 036).
      source_version: '',
      all: devices === group.devices ? 1 : 0,
    })),
});

const softwareRows = function* (inventory: Pick<InventoryService, 'list'>): Generator<RowOf<'software'>> {
  let after: string | undefined;
  do {
    const page = inventory.list({
      scope: wholeSite('job'),
      collection: 'software',
      limit: 10_000,
      ...defined({ after }),
    });
    yield* page.rows;
    after = page.next;
  } while (after !== undefined);
};

/** What every item of the site is in a request: worked out once, since a fleet has the same items over and over. */
const askedItems = (inventory: Pick<InventoryService, 'list'>) => {
  const entries: Entry[] = [];
  const numbers = new Map<string, number>();
  /** The number of an item's entry. */
  const entryOf = new Map<number, number>();
  const purlOf = new Map<number, string>();
  for (const row of softwareRows(inventory)) {
    const [plain, version, written] = [text(row['name']), text(row['version']), text(row['purl'])];
    if (!SYSTEM_TYPES.has(text(row['type']))) {
      const purl = barePurl(written);
      if (purl === undefined) continue;
      purlOf.set(row.id, purl);
      continue;
    }
    // A package of a module stream is asked for as findings name it, so that no other stream of it comes.
    const name = streamedName(streamOfPurl(written), plain);
    const source = text(row['source']) || plain;
    // Two architectures of one version are one entry.
    const key = JSON.stringify([name, version, source]);
    const number = numbers.get(key) ?? entries.push({ name, version, source }) - 1;
    numbers.set(key, number);
    entryOf.set(row.id, number);
  }
  return { entries, entryOf, purlOf };
};

/** Collects systems with their packages, and the purls of everything else, over all devices with an inventory. */
export const requestContent = (
  inventory: Pick<InventoryService, 'list' | 'members' | 'section'>,
  followedBy: ReturnType<UpdateService['followed']>,
): RequestContent => {
  const { entries, entryOf, purlOf } = askedItems(inventory);
  let most = 0;
  for (const numbered of [entryOf, purlOf]) for (const item of numbered.keys()) most = Math.max(most, item);
  /** By item: one more than the number of its entry. */
  const numberOf = new Uint32Array(most + 1);
  for (const [item, number] of entryOf) numberOf[item] = number + 1;
  const isHeld = new Uint8Array(most + 1);
  /** By entry: the last device that it was met on. */
  const metOn = new Uint32Array(entries.length);
  const groups = new Map<string, Group>();
  let place = 0;
  for (const { device, items } of inventory.members('software')) {
    place += 1;
    const [platform] = inventory.section(device, 'platform');
    const follows = followedBy(platform);
    const group = platform && groupOf(groups, platform, follows?.suites ?? [], entries.length);
    if (group) {
      group.devices += 1;
      for (const suite of follows?.own ?? []) group.own.add(suite);
    }
    for (let at = 0; at < items.length; at += 1) {
      const item = items[at] as number;
      isHeld[item] = 1;
      const number = (numberOf[item] ?? 0) - 1;
      if (number < 0 || group === undefined || metOn[number] === place) continue;
      metOn[number] = place;
      group.counts[number] = (group.counts[number] as number) + 1;
    }
  }
  const purls = new Set<string>();
  for (const [item, purl] of purlOf) if (isHeld[item] === 1) purls.add(purl);
  const sorted = [...groups.values()].sort((a, b) =>
    byName({ name: a.vendor + a.arch, version: a.release }, { name: b.vendor + b.arch, version: b.release }),
  );
  const platforms = sorted.map((group) => toPlatform(group, entries));
  const count = platforms.reduce((sum, platform) => sum + platform.packages.length, purls.size);
  if (count > MAX_ENTRIES) throw new BundleError('LIMIT', `more than ${MAX_ENTRIES} package versions in one request`);
  return {
    platforms,
    // A system without a package manager takes nothing from suites.
    followed: sorted.map(({ suites }, at) => (platforms[at]?.packages.length === 0 ? [] : [...suites])),
    software: [...purls].sort(),
  };
};
