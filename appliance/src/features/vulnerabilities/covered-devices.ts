import type { Support } from '@sallyport/bundle-tools/advisories/support';
import { feedEcosystem, namesSources } from '@sallyport/bundle-tools/versions/ecosystem';
import { editionOf, isVariantBuild } from '@sallyport/bundle-tools/versions/edition';
import { isSpokenOf, publisherName } from '@sallyport/bundle-tools/versions/publisher';
import { schemeOf } from '@sallyport/bundle-tools/versions/scheme';
import { idsOf } from '../../platform/id-array.ts';
import type { Platform } from './component.ts';
import { coverageOf, type EcosystemTally } from './coverage.ts';
import { fewRecords } from './few-records.ts';
import { withKinds } from './package-kinds.ts';
import type { snapshotReaders } from './snapshot-queries.ts';
import type { VulnerabilityStore } from './store.ts';
import { supportOfEdition, withSupport } from './support.ts';
import type { Coverage, EcosystemReads } from './types.ts';
import { isOfSystem, type ListSource, type UnreadList, withUnreadLists } from './unread-lists.ts';

// The coverage of devices out of the components that they have; a batch of devices shares what is looked up of a component.

type Reader = ReturnType<ReturnType<typeof snapshotReaders>['reader']>;

const byEcosystem = (a: EcosystemTally, b: EcosystemTally): number => (a.ecosystem < b.ecosystem ? -1 : 1);

/** By what each of some devices is judged. */
export function coverageOfDevices(parts: {
  store: Pick<VulnerabilityStore, 'someDevices' | 'identities' | 'publishers'>;
  /** Whether Debian's published index has a package of this name. */
  isIndexed: (name: string) => boolean;
  reader: () => Reader;
  platform: (device: number) => Platform | undefined;
  /** The lists of packages that sources did not read. */
  unread: (devices: readonly number[]) => readonly UnreadList[];
  sources: (devices: readonly number[]) => readonly ListSource[];
  /** The kinds of packages beside the system's own that their agents look for. */
  kindsLookedFor: (devices: readonly number[]) => readonly { device: number; kind: string }[];
  /** Fewer records about an ecosystem judge it in part. */
  leastRecords: () => number;
  clock: () => number;
}): (devices: readonly number[]) => Map<number, Coverage> {
  const { store, platform, clock } = parts;
  return (devices) => {
    const held = new Map(
      store.someDevices(devices).map((row) => [row.device, { ...row, components: idsOf(row.components) }]),
    );
    const reader = parts.reader();
    const feeds = reader?.covers() ?? new Map<string, string[]>();
    const few = fewRecords(reader?.known() ?? [], reader?.whole() ?? new Set(), parts.leastRecords());
    const support = reader?.support() ?? new Map<string, Support>();
    const paidSupport = supportOfEdition(support);
    const nowMs = clock();
    const wanted = new Set<number>();
    for (const { components } of held.values()) for (const component of components) wanted.add(component);
    const identities = new Map(store.identities([...wanted]).map((row) => [row.component, row]));
    const unsourced = new Set<number>();
    for (const { component, ecosystem, name, unsettled } of identities.values())
      if (unsettled === 1 && namesSources(ecosystem) && reader?.names(ecosystem, name) === false)
        unsourced.add(component);
    // Without records every package of a system waits for them alike.
    const system = [...identities.values()].filter(({ ecosystem }) => feeds.has(ecosystem) && isOfSystem(ecosystem));
    const others = new Map<number, string>();
    const publishers = store.publishers(system.map(({ component }) => component));
    for (const { component, ecosystem, name } of system) {
      const named = publishers.get(component) ?? [];
      const isNamed = reader?.names(ecosystem, name) === true;
      // Where no index is here, records of a distribution name what it publishes.
      const isIndexed = schemeOf(ecosystem) === 'dpkg' ? parts.isIndexed(name) : isNamed;
      if (!isSpokenOf({ ecosystem, publishers: named, isIndexed, isNamed }))
        others.set(component, publisherName(named[0] ?? ''));
    }
    const tallied = (components: Iterable<number>): EcosystemTally[] => {
      const tallies = new Map<string, EcosystemTally>();
      for (const component of components) {
        const { ecosystem = '', name = '', version = '', unkeyed = 0 } = identities.get(component) ?? {};
        const tally = tallies.get(ecosystem) ?? {
          ecosystem,
          components: 0,
          unkeyed: 0,
          unsourced: 0,
          others: new Map(),
        };
        tallies.set(ecosystem, tally);
        tally.components += 1;
        const publisher = others.get(component);
        if (publisher !== undefined) {
          tally.others.set(publisher, (tally.others.get(publisher) ?? 0) + 1);
          continue;
        }
        // Records of a release say nothing of another build of its packages.
        const isVariant = editionOf(ecosystem) !== undefined && isVariantBuild(name, version);
        const isUnkeyed = unkeyed === 1 || isVariant;
        if (isUnkeyed) tally.unkeyed += 1;
        if (!isUnkeyed && unsourced.has(component)) tally.unsourced += 1;
      }
      return [...tallies.values()].sort(byEcosystem);
    };
    const unread = Map.groupBy(parts.unread(devices), ({ device }) => device);
    const lookedFor = Map.groupBy(parts.kindsLookedFor(devices), ({ device }) => device);
    const ofDevice = Map.groupBy(parts.sources(devices), ({ device }) => device);
    return new Map(
      devices.map((device) => {
        const { components = [], nameless = 0 } = held.get(device) ?? {};
        const facts = { platform: platform(device), tallies: tallied(components), nameless, feeds, few };
        const ecosystems = facts.tallies.map(({ ecosystem }) => ecosystem);
        const coverage = withUnreadLists(coverageOf(facts), {
          platform: facts.platform,
          ecosystems,
          lists: unread.get(device) ?? [],
          sources: ofDevice.get(device) ?? [],
          nowMs,
        });
        const kinds = (lookedFor.get(device) ?? []).map(({ kind }) => kind);
        const looked = withKinds(coverage, { platform: facts.platform, ecosystems, kinds });
        return [device, withSupport(looked, facts.platform?.isPaid ? paidSupport : support, nowMs)];
      }),
    );
  };
}

/** What the snapshot in force says of whole ecosystems. */
export const ecosystemReads = (reader: () => Reader): EcosystemReads => ({
  unreadEcosystems: () =>
    [...(reader()?.covers() ?? [])].flatMap(([ecosystem, feeds]) =>
      feedEcosystem(ecosystem).isKnown ? [] : [{ ecosystem, feeds: [...feeds] }],
    ),
  known: () => reader()?.known() ?? [],
});
