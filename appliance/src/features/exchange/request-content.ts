import type { RequestPlatform } from '@sallyport/bundle-tools/documents/request';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { streamedName, streamOfPurl } from '@sallyport/bundle-tools/versions/module-stream';
import { readPurl, writePurl } from '@sallyport/bundle-tools/versions/purl';
import type { InventoryService, RowOf, SectionRowOf } from '../../engine/inventory/service.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { ControllersForExchange } from '../controllers/types.ts';
import type { UpdateService } from '../updates/service.ts';

// What a request says about the devices: distinct package versions per system, never who has them. From the inventory
// leaves what its declarations name, and nothing else is read here.

export type RequestContent = {
  readonly platforms: readonly RequestPlatform[];
  /** What each platform follows by its distribution or by the administrator's rule; of the same order. */
  readonly followed: readonly (readonly string[])[];
  readonly software: readonly string[];
  /** The devices that reported a package name, source name or purl: for the leak scan. */
  readonly reporters: (text: string) => Iterable<number>;
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
  readonly packages: Map<string, { name: string; version: string; source: string; devices: number }>;
};

const groupOf = (groups: Map<string, Group>, row: SectionRowOf<'platform'>, suites: readonly string[]): Group => {
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
    packages: new Map(),
  };
  groups.set(key, group);
  if (groups.size > MAX_PLATFORMS) throw new BundleError('LIMIT', `more than ${MAX_PLATFORMS} kinds of systems`);
  return group;
};

const note = (devices: Map<string, Set<number>>, name: string, device: number): void => {
  if (name === '') return;
  const held = devices.get(name);
  if (held) held.add(device);
  else devices.set(name, new Set([device]));
};

const byName = (a: { name: string; version: string }, b: { name: string; version: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : a.version > b.version ? 1 : 0;

const toPlatform = (group: Group): RequestPlatform => ({
  vendor: group.vendor,
  release: group.release,
  arch: group.arch,
  suites: [...group.suites, ...[...group.own].sort()].slice(0, 64).sort(),
  packages: [...group.packages.values()].sort(byName).map((entry) => ({
    name: entry.name,
    version: entry.version,
    source: entry.source,
    // No host reads it (decision 036).
    source_version: '',
    all: entry.devices === group.devices ? 1 : 0,
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

/** Collects systems with their packages, and the purls of everything else, over all devices with an inventory. */
export const requestContent = (
  inventory: Pick<InventoryService, 'list' | 'members' | 'section'>,
  followedBy: ReturnType<UpdateService['followed']>,
  controllers?: Pick<ControllersForExchange, 'controllersWith'>,
): RequestContent => {
  const items = new Map<number, RowOf<'software'>>();
  for (const row of softwareRows(inventory)) items.set(row.id, row);
  const groups = new Map<string, Group>();
  const purls = new Set<string>();
  const devices = new Map<string, Set<number>>();
  for (const member of inventory.members('software')) {
    const [platform] = inventory.section(member.device, 'platform');
    const follows = followedBy(platform);
    const group = platform && groupOf(groups, platform, follows?.suites ?? []);
    if (group) {
      group.devices += 1;
      for (const suite of follows?.own ?? []) group.own.add(suite);
    }
    // Two architectures of one version on one device are one entry.
    const seen = new Set<string>();
    for (const item of member.items) {
      const row = items.get(item);
      if (!row) continue;
      const [plain, version] = [text(row['name']), text(row['version'])];
      if (!SYSTEM_TYPES.has(text(row['type']))) {
        const purl = barePurl(text(row['purl']));
        if (purl === undefined) continue;
        purls.add(purl);
        note(devices, purl, member.device);
        continue;
      }
      if (!group) continue;
      // A package of a module stream is asked for as findings name it, so that no other stream of it comes.
      const name = streamedName(streamOfPurl(text(row['purl'])), plain);
      const source = text(row['source']) || plain;
      for (const word of [plain, name, source, version]) note(devices, word, member.device);
      const key = JSON.stringify([name, version, source]);
      if (seen.has(key)) continue;
      seen.add(key);
      const entry = group.packages.get(key) ?? { name, version, source, devices: 0 };
      entry.devices += 1;
      group.packages.set(key, entry);
    }
  }
  const sorted = [...groups.values()].sort((a, b) =>
    byName({ name: a.vendor + a.arch, version: a.release }, { name: b.vendor + b.arch, version: b.release }),
  );
  const platforms = sorted.map(toPlatform);
  const entries = platforms.reduce((sum, platform) => sum + platform.packages.length, purls.size);
  if (entries > MAX_ENTRIES) throw new BundleError('LIMIT', `more than ${MAX_ENTRIES} package versions in one request`);
  return {
    platforms,
    // A system without a package manager takes nothing from suites.
    followed: sorted.map(({ suites, packages }) => (packages.size === 0 ? [] : [...suites])),
    software: [...purls].sort(),
    // Records of controllers are numbered below zero here.
    reporters: (word) => [
      ...(devices.get(word) ?? []),
      ...(controllers?.controllersWith(word) ?? []).map((controller) => -controller),
    ],
  };
};
