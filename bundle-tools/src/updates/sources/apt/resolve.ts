import type { RequestPlatform } from '../../../documents/request.ts';
import type { Catalog, Offer } from './catalog.ts';
import { parseRelations, type Relation, versionSatisfies } from './relations.ts';

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
export const createResolver = (
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
