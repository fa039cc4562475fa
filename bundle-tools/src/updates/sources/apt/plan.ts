import type { RequestPlatform } from '../../../documents/request.ts';
import { BundleError } from '../../../errors.ts';
import { dpkgKey } from '../../../versions/dpkg.ts';
import { ecosystemOf } from '../../../versions/ecosystem.ts';
import { compareKeys } from '../../../versions/key.ts';
import { writePurl } from '../../../versions/purl.ts';
import { type PlannedFile, type PlannedUpdate, type Unfulfilled, type Update, updateId } from '../../update.ts';
import { buildCatalog, type Catalog, candidateOver, followedOf, indexesOf, type Offer } from './catalog.ts';
import { compareDebian, parseRelations, type Relation, versionSatisfies } from './relations.ts';
import type { AptIndex } from './source.ts';

// Which dependencies of a new package must travel with it: those that not every device of the platform is known to
// fulfil (BUNDLES.md section 3, `platforms`).

type Resolver = {
  /** The offers that must come along with this one (direct dependencies only), or what no source has. */
  dependenciesOf(offer: Offer): { offers: Offer[] } | { missing: string };
};

type Installed = { everywhere: string[]; somewhere: string[] };

const installedByName = (platform: RequestPlatform): Map<string, Installed> => {
  const byName = new Map<string, Installed>();
  for (const { name, version, all } of platform.packages) {
    const known = byName.get(name) ?? { everywhere: [], somewhere: [] };
    byName.set(name, known);
    known[all === 1 ? 'everywhere' : 'somewhere'].push(version);
  }
  return byName;
};

/** `chosen` gives the offers that the plan has for a name already, so that alternatives agree with it. */
const createResolver = (
  platform: RequestPlatform,
  catalog: Catalog,
  chosen: (name: string) => Offer | undefined,
): Resolver => {
  const installed = installedByName(platform);
  const isEverywhere = (relation: Relation): boolean => {
    const versions = installed.get(relation.name)?.everywhere ?? [];
    return versions.length > 0 && versions.every((version) => versionSatisfies(relation, version));
  };
  /** A request lists no `Provides`; the offer of the same version, or else of the same name, tells. */
  const isProvidedEverywhere = (relation: Relation): boolean =>
    catalog.providersOf(relation).some((offer) => {
      const versions = installed.get(offer.package.name)?.everywhere ?? [];
      return relation.operator === undefined ? versions.length > 0 : versions.includes(offer.package.version);
    });

  const pick = (alternatives: readonly Relation[]): Offer | undefined => {
    for (const relation of alternatives) {
      const offer = chosen(relation.name);
      if (offer !== undefined && versionSatisfies(relation, offer.package.version)) return offer;
    }
    // What some devices have already is the least surprise for the others.
    const known = alternatives.filter((relation) => installed.has(relation.name));
    for (const relation of [...known, ...alternatives]) {
      const offer = catalog.newest(relation);
      if (offer !== undefined) return offer;
    }
    for (const relation of alternatives) {
      const providers = catalog.providersOf(relation);
      const offer =
        providers.find((one) => chosen(one.package.name) === one) ??
        providers.find((one) => installed.has(one.package.name)) ??
        providers[0];
      if (offer !== undefined) return offer;
    }
    return undefined;
  };

  /** Known on some devices only, and in no source: those that run the older version have it, or something like it. */
  const isSomewhere = (alternatives: readonly Relation[]): boolean =>
    alternatives.some((relation) =>
      (installed.get(relation.name)?.somewhere ?? []).some((version) => versionSatisfies(relation, version)),
    );

  return {
    dependenciesOf(offer) {
      const groups = parseRelations(offer.package.depends);
      if (groups === null) return { missing: 'a dependency that is not understood' };
      const offers = new Set<Offer>();
      for (const alternatives of groups) {
        if (alternatives.some((relation) => isEverywhere(relation) || isProvidedEverywhere(relation))) continue;
        const found = pick(alternatives);
        if (found !== undefined) {
          if (found !== offer) offers.add(found);
        } else if (!isSomewhere(alternatives)) {
          return {
            missing: alternatives
              .map(({ name, operator, version }) => (operator ? `${name} (${operator} ${version})` : name))
              .join(' | '),
          };
        }
      }
      return { offers: [...offers] };
    },
  };
};

export type AptWant =
  | { position: number; kind: 'newer' }
  | { position: number; kind: 'update'; source: string; min?: string | undefined };

type UpdatePlan = {
  updates: PlannedUpdate[];
  unfulfilled: Unfulfilled[];
  counts: {
    /** Distinct package names of the platform. */
    packages: number;
    /** Names that no suite of the platform has. */
    unknown: number;
    current: number;
    newer: number;
    carried: number;
    security: number;
  };
};

type PlanOptions = {
  platform: RequestPlatform;
  indexes: readonly AptIndex[];
  wants: readonly AptWant[];
  maxFileBytes?: number | undefined;
};

const DEFAULT_MAX_FILE_BYTES = 64 * 2 ** 30;
const MAX_PLANNED = 50_000;

type Group = { name: string; sources: Set<string>; keys: Uint8Array[]; incomparable: boolean };

const groupPackages = (platform: RequestPlatform): Group[] => {
  const groups = new Map<string, Group>();
  for (const { name, source, version } of platform.packages) {
    const group = groups.get(name) ?? { name, sources: new Set(), keys: [], incomparable: false };
    groups.set(name, group);
    group.sources.add(source);
    const key = dpkgKey(version);
    if (key === null) group.incomparable = true;
    else group.keys.push(key);
  }
  return [...groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
};

/** Some device runs an older version than the offer. */
const isNewer = (offer: Offer, group: Group): boolean => group.keys.some((key) => compareKeys(offer.key, key) > 0);

const candidateOf = (catalog: Catalog, group: Group): Offer | undefined => {
  const lowest = [...group.keys].sort(compareKeys)[0];
  return lowest === undefined ? undefined : candidateOver(catalog.offersOf(group.name), lowest);
};

/** A security suite has it, or has a version between what is installed and it. */
const isSecurity = (catalog: Catalog, offer: Offer, group: Group | undefined): boolean =>
  catalog
    .offersOf(offer.package.name)
    .some(
      (one) =>
        one.indexes.some((index) => index.security) &&
        compareKeys(one.key, offer.key) <= 0 &&
        (one === offer || (group !== undefined && isNewer(one, group))),
    );

const purlOf = (platform: RequestPlatform, offer: Offer): string => {
  const { name, version, arch } = offer.package;
  const vendor = platform.vendor.toLowerCase();
  const qualifiers = new Map([
    ['arch', arch],
    ['distro', `${vendor}-${platform.release}`],
  ]);
  return writePurl({ type: 'deb', namespace: vendor, name, version, qualifiers });
};

const fileOf = (offer: Offer): PlannedFile => ({
  sha256: offer.package.sha256,
  sizeBytes: offer.package.sizeBytes,
  url: `${offer.uri}/${offer.package.path}`,
  name: offer.package.path.slice(offer.package.path.lastIndexOf('/') + 1),
});

type Planned = {
  offer: Offer;
  wants: Set<number>;
  carried: boolean;
  depends: Offer[];
  failed?: string;
  tooLarge?: boolean;
};

/** Marks what cannot be installed for want of a dependency, and everything that needs it. */
const spreadFailures = (planned: ReadonlyMap<Offer, Planned>): void => {
  for (let changed = true; changed; ) {
    changed = false;
    for (const one of planned.values()) {
      if (one.failed !== undefined) continue;
      const broken = one.depends.find((offer) => planned.get(offer)?.failed !== undefined);
      if (broken === undefined) continue;
      one.failed = `needs ${broken.package.name}, which ${planned.get(broken)?.failed}`;
      changed = true;
    }
  }
};

/** Adds what the chosen offers need, and what that needs, until nothing is missing. */
const carryDependencies = (planned: Map<Offer, Planned>, options: PlanOptions, catalog: Catalog): void => {
  const byName = new Map([...planned.keys()].map((offer) => [offer.package.name, offer]));
  const resolver = createResolver(options.platform, catalog, (name) => byName.get(name));
  const queue = [...planned.values()];
  for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
    if (one.offer.package.sizeBytes > (options.maxFileBytes ?? DEFAULT_MAX_FILE_BYTES)) {
      one.failed = `has ${one.offer.package.sizeBytes} bytes`;
      one.tooLarge = true;
      continue;
    }
    const found = resolver.dependenciesOf(one.offer);
    if ('missing' in found) {
      one.failed = `depends on ${found.missing}, which no source has`;
      continue;
    }
    one.depends = found.offers;
    for (const offer of found.offers) {
      if (planned.has(offer)) continue;
      if (planned.size >= MAX_PLANNED)
        throw new BundleError('LIMIT', `more than ${MAX_PLANNED} updates for one platform`);
      const carried: Planned = { offer, wants: new Set(), carried: true, depends: [] };
      planned.set(offer, carried);
      if (!byName.has(offer.package.name)) byName.set(offer.package.name, offer);
      queue.push(carried);
    }
  }
  spreadFailures(planned);
};

/** A carried package answers the wants of what it is carried for; one that nothing needs any more is dropped. */
const spreadWants = (planned: Map<Offer, Planned>): void => {
  const needed = new Set<Planned>();
  const queue = [...planned.values()].filter((one) => !one.carried && one.failed === undefined);
  for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
    needed.add(one);
    for (const offer of one.depends) {
      const next = planned.get(offer);
      if (next === undefined) continue;
      const before = next.wants.size;
      for (const want of one.wants) next.wants.add(want);
      if (!needed.has(next) || next.wants.size > before) queue.push(next);
    }
  }
  for (const [offer, one] of planned) if (one.carried && !needed.has(one)) planned.delete(offer);
};

/**
 * Every newer version that the platform's own suites have for what its devices run, with the dependencies that not
 * every device is known to have. What cannot be had comes back with a reason of the manifest's list.
 */
export const planUpdates = (options: PlanOptions): UpdatePlan => {
  const { platform, wants } = options;
  const unfulfilled: Unfulfilled[] = [];
  const counts = { packages: 0, unknown: 0, current: 0, newer: 0, carried: 0, security: 0 };
  const label = `${platform.vendor} ${platform.release} ${platform.arch}`;
  const all = wants.map((want) => want.position);
  const ecosystem = ecosystemOf(platform);
  const indexes = indexesOf(platform, options.indexes);
  const groups = groupPackages(platform);
  counts.packages = groups.length;
  if (ecosystem === null || indexes.length === 0) {
    const detail =
      ecosystem === null
        ? 'no ecosystem is known for it'
        : `no source has ${platform.suites.join(', ') || 'its suites'}`;
    if (all.length > 0) unfulfilled.push({ reason: 'NO_SOURCE', wants: all, what: label, detail });
    return { updates: [], unfulfilled, counts };
  }
  const catalog = buildCatalog(indexes);
  const planned = new Map<Offer, Planned>();
  const groupOf = new Map(groups.map((group) => [group.name, group]));
  for (const group of groups) {
    const asking = wants
      .filter((want) => want.kind === 'newer' || group.sources.has(want.source))
      .map((want) => want.position);
    if (group.incomparable && asking.length > 0) {
      unfulfilled.push({
        reason: 'UNKNOWN',
        wants: asking,
        what: group.name,
        detail: 'an installed version cannot be compared',
      });
    }
    const offer = candidateOf(catalog, group);
    if (offer === undefined) counts.unknown += 1;
    else if (!isNewer(offer, group)) counts.current += 1;
    else if (asking.length > 0) planned.set(offer, { offer, wants: new Set(asking), carried: false, depends: [] });
  }
  carryDependencies(planned, options, catalog);
  for (const one of planned.values()) {
    if (one.failed === undefined || one.carried) continue;
    const reason = one.tooLarge ? 'TOO_LARGE' : 'NO_SOURCE';
    unfulfilled.push({
      reason,
      wants: [...one.wants],
      what: `${one.offer.package.name} ${one.offer.package.version}`,
      detail: one.failed,
    });
  }
  spreadWants(planned);
  unfulfilled.push(...missedSources(wants, groups, planned));
  const good = [...planned.values()].filter((one) => one.failed === undefined);
  const idOf = (offer: Offer): string => updateId(purlOf(platform, offer), [offer.package.sha256]);
  const updates = good.map((one) =>
    toUpdate(one, { platform, ecosystem, catalog, group: groupOf.get(one.offer.package.name), idOf }),
  );
  updates.sort((a, b) => (a.update.id < b.update.id ? -1 : 1));
  for (const { update, carried } of updates) {
    counts[carried ? 'carried' : 'newer'] += 1;
    if (update.security) counts.security += 1;
  }
  return { updates, unfulfilled, counts };
};

/** A named source package that no suite has in the asked version. */
const missedSources = (
  wants: readonly AptWant[],
  groups: readonly Group[],
  planned: ReadonlyMap<Offer, Planned>,
): Unfulfilled[] =>
  wants.flatMap((want): Unfulfilled[] => {
    if (want.kind !== 'update') return [];
    const missed = (detail: string): Unfulfilled[] => [
      { reason: 'NO_SOURCE', wants: [want.position], what: want.source, detail },
    ];
    if (!groups.some((group) => group.sources.has(want.source)))
      return missed('no package of the platform comes from it');
    const offers = [...planned.values()].filter((one) => !one.carried && one.wants.has(want.position));
    if (offers.length === 0) return missed('no suite has a newer version');
    const { min } = want;
    if (min === undefined || offers.some(({ offer }) => (compareDebian(offer.package.sourceVersion, min) ?? -1) >= 0))
      return [];
    const best = offers.map(({ offer }) => offer.package.sourceVersion).join(', ');
    return missed(`asked for ${min} or newer, the suites have ${best}`);
  });

type UpdateContext = {
  platform: RequestPlatform;
  ecosystem: string;
  catalog: Catalog;
  group: Group | undefined;
  idOf: (offer: Offer) => string;
};

const toUpdate = (one: Planned, context: UpdateContext): PlannedUpdate => {
  const { offer } = one;
  const { name, version, source, sourceVersion, arch, sha256, title } = offer.package;
  const update: Update = {
    id: context.idOf(offer),
    purl: purlOf(context.platform, offer),
    ecosystem: context.ecosystem,
    name,
    version,
    source,
    source_version: sourceVersion,
    arch,
    suites: [...new Set(offer.indexes.flatMap((index) => followedOf(context.platform, index)))].sort(),
    security: isSecurity(context.catalog, offer, context.group),
    depends: one.depends.map(context.idOf).sort(),
    signer: offer.indexes[0]?.release.signer ?? '',
    supersedes: [],
    files: [sha256],
    ...(title === '' ? {} : { title }),
  };
  return { update, files: [fileOf(offer)], wants: [...one.wants].sort((a, b) => a - b), carried: one.carried };
};
