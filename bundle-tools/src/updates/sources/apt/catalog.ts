import type { RequestPlatform } from '../../../documents/request.ts';
import { dpkgKey } from '../../../versions/dpkg.ts';
import { BY_RELEASE } from '../../../versions/followed-suites.ts';
import { compareKeys } from '../../../versions/key.ts';
import type { AptPackage } from './packages.ts';
import { parseRelations, type Relation, versionSatisfies } from './relations.ts';
import type { AptIndex } from './source.ts';

/** A package version with every suite that has it. */
export type Offer = { package: AptPackage; key: Uint8Array; uri: string; indexes: AptIndex[] };

/** What the platform's own suites offer. */
export type Catalog = {
  indexes: readonly AptIndex[];
  /** Newest first. */
  offersOf(name: string): readonly Offer[];
  /** The newest version that fulfils a relation on a real name, from the suites that are on by default. */
  newest(relation: Relation): Offer | undefined;
  /** Offers whose `Provides` fulfils a relation, by name. */
  providersOf(relation: Relation): readonly Offer[];
};

const releaseNames = (index: AptIndex): string[] => [index.suite, index.release.codename, index.release.suite];

/** Published by the vendor for the release, and on by default. */
const isOfRelease = (index: AptIndex, platform: RequestPlatform): boolean =>
  index.release.origin.toLowerCase() === platform.vendor.toLowerCase() &&
  (index.release.version.split(/[.-]/, 1)[0] === platform.release.split('.', 1)[0] ||
    index.release.version.startsWith(platform.release)) &&
  !index.release.notAutomatic;

/** What a platform follows that an index has, by the names that the platform says: its own, those of its Release, `BY_RELEASE`. */
export const followedOf = (platform: RequestPlatform, index: AptIndex): string[] => {
  if (index.arch !== platform.arch) return [];
  const names = new Set([...releaseNames(index), ...(isOfRelease(index, platform) ? [BY_RELEASE] : [])]);
  return [...names].filter((name) => platform.suites.includes(name));
};

/** The indexes that hold for a platform. */
export const indexesOf = (platform: RequestPlatform, indexes: readonly AptIndex[]): AptIndex[] =>
  indexes.filter((index) => followedOf(platform, index).length > 0);

/** On by default: an offer that no automatic suite has is taken on other grounds only. */
const isAutomatic = (offer: Offer): boolean => offer.indexes.some((index) => !index.release.notAutomatic);

type Provided = { relation: Relation; offer: Offer };

/** Indexes the offers of some suites by name and by what they provide. */
export const buildCatalog = (indexes: readonly AptIndex[]): Catalog => {
  const byName = new Map<string, Offer[]>();
  const provided = new Map<string, Provided[]>();
  for (const index of indexes) {
    for (const one of index.packages) addOffer(byName, index, one);
  }
  for (const offers of byName.values()) {
    if (offers.length > 1) offers.sort((a, b) => compareKeys(b.key, a.key));
    for (const offer of offers) addProvided(provided, offer);
  }
  const offersOf = (name: string): readonly Offer[] => byName.get(name) ?? [];
  return {
    indexes,
    offersOf,
    newest: (relation) =>
      offersOf(relation.name).find((offer) => isAutomatic(offer) && versionSatisfies(relation, offer.package.version)),
    providersOf: (relation) =>
      (provided.get(relation.name) ?? [])
        .filter(({ offer, relation: own }) => isAutomatic(offer) && versionSatisfies(relation, own.version))
        .map(({ offer }) => offer)
        .sort((a, b) => (a.package.name < b.package.name ? -1 : a.package.name > b.package.name ? 1 : 0)),
  };
};

const addOffer = (byName: Map<string, Offer[]>, index: AptIndex, one: AptPackage): void => {
  const offers = byName.get(one.name);
  const same = offers?.find((offer) => offer.package.sha256 === one.sha256 && offer.package.version === one.version);
  if (same !== undefined) {
    if (!same.indexes.includes(index)) same.indexes.push(index);
    return;
  }
  const key = dpkgKey(one.version);
  // A version that cannot be compared is never "newer".
  if (key === null) return;
  const offer: Offer = { package: one, key, uri: index.uri, indexes: [index] };
  if (offers === undefined) byName.set(one.name, [offer]);
  else offers.push(offer);
};

const addProvided = (provided: Map<string, Provided[]>, offer: Offer): void => {
  if (offer.package.provides === '') return;
  for (const [relation] of parseRelations(offer.package.provides) ?? []) {
    if (relation === undefined) continue;
    const entry = { relation, offer };
    const known = provided.get(relation.name);
    if (known === undefined) provided.set(relation.name, [entry]);
    else known.push(entry);
  }
};

/**
 * The version that apt would choose over an installed one: the newest of the automatic suites; of a suite such as
 * backports only where the installed version already is above all those.
 */
export const candidateOver = (offers: readonly Offer[], installed: Uint8Array): Offer | undefined => {
  const automatic = offers.find(isAutomatic);
  if (automatic !== undefined && compareKeys(automatic.key, installed) >= 0) return automatic;
  return (
    offers.find(
      (offer) =>
        compareKeys(offer.key, installed) >= 0 &&
        offer.indexes.some((index) => index.release.notAutomatic && index.release.butAutomaticUpgrades),
    ) ?? automatic
  );
};
