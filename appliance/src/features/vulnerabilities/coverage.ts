import { suitesFeed } from '@sallyport/bundle-tools/advisories/suites-feed';
import { ecosystemOf } from '@sallyport/bundle-tools/versions/ecosystem';
import { schemeOf } from '@sallyport/bundle-tools/versions/scheme';
import { type Platform, UNMANAGED } from './component.ts';
import type { Coverage } from './types.ts';

// What "no findings" is worth on a device: which of its components some feed judges, and which none does. It follows from the
// device's inventory and the feeds of the snapshot in force; the rules write it beside the findings (features/rules/engine.ts).

/** The components of one ecosystem on a device. */
export type EcosystemTally = {
  ecosystem: string;
  components: number;
  /** Those whose version its scheme does not read. */
  unkeyed: number;
  /** Those that advisories name by their source package, which is not known. */
  unsourced: number;
  /** Those that the distribution does not publish and no record names, by who does; empty: not known. */
  others: Map<string, number>;
};

type CoverageFacts = {
  readonly platform: Platform | undefined;
  readonly tallies: readonly EcosystemTally[];
  /** Items of software that no ecosystem names. */
  readonly nameless: number;
  /** The feeds that are here, by the ecosystems that they cover. */
  readonly feeds: ReadonlyMap<string, readonly string[]>;
  /** How many records there are of the ecosystems that have too few (few-records.ts). */
  readonly few: ReadonlyMap<string, number>;
};

/** Systems whose own packages no source that a host reads writes about. */
export const UNREAD: ReadonlySet<string> = new Set(['windows', 'macos', 'darwin']);

/** So many publishers are named; what the others have is counted together. */
const mostPublishers = 20;

const sumOf = (others: Iterable<number>): number => Array.from(others).reduce((sum, n) => sum + n, 0);

const otherReasons = ({ ecosystem, others }: EcosystemTally): Coverage['reasons'] => {
  const ranked = [...others].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const rest = sumOf(ranked.slice(mostPublishers).map(([, n]) => n));
  return [...ranked.slice(0, mostPublishers), ...(rest === 0 ? [] : [['', rest] as const])].map(
    ([publisher, components]) => ({ code: 'other-publisher', ecosystem, components, publisher }),
  );
};

const withoutOthers = (tally: EcosystemTally): EcosystemTally => ({
  ...tally,
  components: tally.components - sumOf(tally.others.values()),
  others: new Map(),
});

const ecosystemReasons = (
  tally: EcosystemTally,
  feeds: readonly string[],
  few: number | undefined,
): Coverage['reasons'] => {
  const { ecosystem, components, unkeyed, unsourced } = tally;
  if (feeds.length === 0)
    return [{ code: UNMANAGED.has(ecosystem) ? 'not-managed' : 'no-feed', ecosystem, components }];
  if (tally.others.size > 0) return [...otherReasons(tally), ...ecosystemReasons(withoutOthers(tally), feeds, few)];
  if (components === 0) return [];
  // Versions that are listed one by one still match, so it is judged by those alone.
  if (schemeOf(ecosystem) === null) return [{ code: 'no-scheme', ecosystem, components }];
  const compared = components - unkeyed - unsourced;
  const isOfFixes = compared > 0 && feeds.every((feed) => feed === suitesFeed);
  return [
    ...(isOfFixes ? [{ code: 'fixes-only' as const, ecosystem, components: compared }] : []),
    ...(few === undefined || compared === 0 || isOfFixes
      ? []
      : [{ code: 'few-records' as const, ecosystem, components: compared, records: few }]),
    ...(unkeyed === 0 ? [] : [{ code: 'not-comparable' as const, ecosystem, components: unkeyed }]),
    ...(unsourced === 0 ? [] : [{ code: 'no-source-name' as const, ecosystem, components: unsourced }]),
  ];
};

/** Why items have no ecosystem: their system is none that is read, does not say its release, or they are named in no known way. */
const namelessReasons = ({ platform, nameless }: CoverageFacts): Coverage['reasons'] => {
  const vendor = platform?.vendor.toLowerCase() ?? '';
  if (UNREAD.has(vendor))
    return [
      { code: 'no-reader', ecosystem: [vendor, platform?.release].filter(Boolean).join(':'), components: nameless },
    ];
  if (nameless === 0) return [];
  return platform !== undefined && ecosystemOf(platform) !== null
    ? [{ code: 'not-named', ecosystem: '', components: nameless }]
    : [{ code: 'no-release', ecosystem: vendor, components: nameless }];
};

/** What the system's own packages may be named by, whichever its package manager is. */
const ownEcosystems = (platform: Platform | undefined): ReadonlySet<string | null> =>
  new Set(
    platform === undefined
      ? []
      : (['dpkg', 'rpm', 'apk'] as const).map((family) => ecosystemOf({ ...platform, family })),
  );

/** What judges a device. Not judged where nothing of it is, judged only where nothing is left out. */
export function coverageOf(facts: CoverageFacts): Coverage {
  const judgedBy = facts.tallies.flatMap(({ ecosystem, components, unkeyed, unsourced, others }) => {
    const feeds = facts.feeds.get(ecosystem) ?? [];
    const judged = components - unkeyed - unsourced - sumOf(others.values());
    return feeds.length === 0 || schemeOf(ecosystem) === null || judged <= 0
      ? []
      : [{ ecosystem, components: judged, feeds: [...feeds] }];
  });
  const reasons = [
    ...facts.tallies.flatMap((tally) =>
      ecosystemReasons(tally, facts.feeds.get(tally.ecosystem) ?? [], facts.few.get(tally.ecosystem)),
    ),
    ...namelessReasons(facts),
  ];
  if (judgedBy.length === 0 && reasons.length === 0)
    reasons.push({ code: 'no-inventory', ecosystem: '', components: 0 });
  const own = ownEcosystems(facts.platform);
  return {
    state: judgedBy.length === 0 ? 'not-judged' : reasons.length === 0 ? 'judged' : 'partly',
    reasons,
    judgedBy,
    system: judgedBy.some(({ ecosystem }) => own.has(ecosystem)),
  };
}
