import { defined } from '@sallyport/bundle-tools/platform/defined';
import { streamedName, streamedPackage, streamOfPurl } from '@sallyport/bundle-tools/versions/module-stream';
import { packageOf, readPurl } from '@sallyport/bundle-tools/versions/purl';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import type { InventoryService, ItemOf, SectionRowOf } from '../../engine/inventory/service.ts';
import { wholeSite } from '../../platform/scope.ts';
import { type FollowRules, followedBy } from './followed.ts';
import type { StoredUpdate } from './store.ts';

// Which devices need which update: the newest one of a package in the suites that the device follows (followed.ts), if it is above
// what the newest inventory shows. Worked out per distinct item and platform, so a fleet of equal devices costs little more than one.

export type DevicePlatform = {
  readonly ecosystem: string;
  readonly arch: string;
  readonly suites: readonly string[];
};

/** A software item, as far as updates care. */
type Installed = {
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  readonly purl: string;
};

/** An update that a device needs, and what it replaces there. */
export type Needed = { readonly update: StoredUpdate; readonly installed: Installed };

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export const installedOf = (row: ItemOf<'software'>): Installed => ({
  type: text(row['type']),
  name: text(row['name']),
  version: text(row['version']),
  arch: text(row['arch']),
  purl: text(row['purl']),
});

/** The platform of a device; undefined until it has reported one that updates could be for. */
export const devicePlatform = (
  rows: ReadonlyArray<SectionRowOf<'platform'>>,
  rules: FollowRules,
): DevicePlatform | undefined => {
  const followed = followedBy(rows[0], rules);
  if (followed === undefined) return undefined;
  const { ecosystem, arch, suites, own } = followed;
  return { ecosystem, arch, suites: [...suites, ...own].sort() };
};

const packageIn = (text: string): string | undefined => {
  const purl = readPurl(text);
  return purl === undefined ? undefined : packageOf(purl);
};

/** The key of an update's own version, and of its source version. */
export const updateKeys = ({
  ecosystem,
  version,
  source_version: sourceVersion,
}: StoredUpdate['update']): { key: Uint8Array | null; sourceKey: Uint8Array | null } => ({
  key: keyFor(ecosystem, version),
  sourceKey: keyFor(ecosystem, sourceVersion),
});

const suits = ({ update }: StoredUpdate, platform: DevicePlatform): boolean =>
  update.ecosystem === platform.ecosystem &&
  (update.arch === 'all' || update.arch === platform.arch) &&
  // A vendor's file for a whole release stands in no suite.
  (update.suites.length === 0 || update.suites.some((suite) => platform.suites.includes(suite)));

const isAbove = (candidate: StoredUpdate, other: StoredUpdate): boolean =>
  candidate.key !== null && (other.key === null || Buffer.compare(candidate.key, other.key) > 0);

/** What the newest catalogue lists goes before what only earlier ones did: a vendor may take a version back. */
const isBetter = (candidate: StoredUpdate, other: StoredUpdate): boolean => {
  if ((candidate.asOf === undefined) !== (other.asOf === undefined)) return candidate.asOf === undefined;
  return isAbove(candidate, other);
};

/** The newest of the updates that a platform may take, by package name. */
const newestFor = (updates: readonly StoredUpdate[], platform: DevicePlatform): Map<string, StoredUpdate> => {
  const newest = new Map<string, StoredUpdate>();
  for (const update of updates) {
    if (!update.inCatalog || update.key === null || !suits(update, platform)) continue;
    const named = streamedPackage(update.update);
    const held = newest.get(named);
    if (!held || isBetter(update, held)) newest.set(named, update);
  }
  return newest;
};

/** Looks up what a device needs; keeps what it worked out for its own lifetime, which is one call of the service. */
export const applicability = (updates: readonly StoredUpdate[]) => {
  const platforms = new Map<string, Map<string, StoredUpdate>>();
  const products = new Map<string, StoredUpdate[]>();
  for (const update of updates) {
    if (!update.inCatalog || update.update.suites.length > 0) continue;
    const base = packageIn(update.update.purl);
    if (base !== undefined) products.set(base, [...(products.get(base) ?? []), update]);
  }
  const newest = (platform: DevicePlatform): Map<string, StoredUpdate> => {
    const key = JSON.stringify([platform.ecosystem, platform.arch, platform.suites]);
    const held = platforms.get(key) ?? newestFor(updates, platform);
    platforms.set(key, held);
    return held;
  };
  return {
    needed: (installed: Installed, platform: DevicePlatform | undefined): Needed | undefined => {
      const isSystem = installed.type === 'deb' || installed.type === 'rpm' || installed.type === 'apk';
      if (!isSystem) {
        // Vendor files: another version than the newest one of the product.
        const candidates = products.get(packageIn(installed.purl) ?? '') ?? [];
        const update = candidates.reduce<StoredUpdate | undefined>(
          (best, candidate) => (best && !isBetter(candidate, best) ? best : candidate),
          undefined,
        );
        return update && update.update.version !== installed.version ? { update, installed } : undefined;
      }
      if (!platform) return undefined;
      const stream = installed.type === 'rpm' ? streamOfPurl(installed.purl) : '';
      const update = newest(platform).get(streamedName(stream, installed.name));
      if (!update?.key) return undefined;
      const key = keyFor(platform.ecosystem, installed.version);
      return key !== null && Buffer.compare(update.key, key) > 0 ? { update, installed } : undefined;
    },
  };
};

/** Every software item of the site by its id. */
export const allSoftware = (inventory: Pick<InventoryService, 'list'>): Map<number, Installed> => {
  const items = new Map<number, Installed>();
  let after: string | undefined;
  do {
    const page = inventory.list({
      scope: wholeSite('job'),
      collection: 'software',
      limit: 10_000,
      ...defined({ after }),
    });
    for (const row of page.rows) items.set(row.id, installedOf(row));
    after = page.next;
  } while (after !== undefined);
  return items;
};
