import type { InventoryLine } from '../documents/inventory.ts';
import type { SiteRequest } from '../documents/request.ts';
import type { Unfulfilled, UnfulfilledReason } from '../updates/update.ts';
import { feedEcosystem } from '../versions/ecosystem.ts';
import type { FeedState } from './feeds.ts';
import { catalogParts, partsByFeed } from './part-chain.ts';

// What a site cannot judge for want of advisories, and what the host does about it: the feed that is on its way, or the
// source that is missing. `catalog build` and `fulfil` say it; the manifest answers the wants of kind `coverage`.

/** Packages of one ecosystem that no feed of a site judges, as this host answers it. */
export type CoverageAnswer = SiteRequest['coverage'][number] & {
  /** `on-the-way`: the catalogue has a feed for it; `waits`: a curator has not signed it; else no source is here. */
  readonly state: 'on-the-way' | 'waits' | 'no-source';
  readonly feeds: ReadonlyArray<string>;
  readonly next: string;
};

const familyNames: ReadonlySet<string> = new Set(['dpkg', 'rpm', 'apk']);

/** What a person does about an ecosystem that no source is about. */
const missingSource = (ecosystem: string): string => {
  const [name = ''] = ecosystem.split(':', 1);
  if (familyNames.has(name))
    return `OSV has no name for it: add its vendor's advisories as OSV records of ${ecosystem}: source add osv NAME FOLDER`;
  if (feedEcosystem(ecosystem).isKnown)
    return `bring OSV's records of ${name} (all.zip) and add them: source add osv NAME FILE`;
  return 'no source that this host reads is about it: judge it by other means';
};

/**
 * What this host has for each part of a site that nothing judges. `catalog`: the lines that the answer is made of.
 */
export function coverageAnswers(
  { coverage }: Pick<SiteRequest, 'coverage'>,
  feeds: ReadonlyArray<Pick<FeedState, 'feed' | 'ecosystems'>>,
  catalog: ReadonlyArray<InventoryLine>,
): CoverageAnswer[] {
  const carried = partsByFeed(catalogParts(catalog));
  return coverage.map(({ ecosystem, components, devices }): CoverageAnswer => {
    const about = feeds.filter(({ ecosystems }) => ecosystems.includes(ecosystem));
    const state =
      about.length === 0 ? 'no-source' : about.some(({ feed }) => carried.has(feed)) ? 'on-the-way' : 'waits';
    const next = {
      'on-the-way': 'comes with the answer; judged at the site after its import',
      waits: 'sign the catalog that waits, then answer again',
      'no-source': missingSource(ecosystem),
    }[state];
    return { ecosystem, components, devices, state, feeds: about.map(({ feed }) => feed), next };
  });
}

const reasons = { waits: 'NOT_APPROVED', 'no-source': 'NO_SOURCE' } as const satisfies Record<
  string,
  UnfulfilledReason
>;

/** The wants of kind `coverage` that the catalogue does not answer, for the manifest. */
export function coverageGaps(
  { wants }: Pick<SiteRequest, 'wants'>,
  answers: ReadonlyArray<CoverageAnswer>,
): Unfulfilled[] {
  const answered = new Map(answers.map((answer) => [answer.ecosystem, answer]));
  return wants.flatMap(({ kind, id }, want) => {
    if (kind !== 'coverage') return [];
    const { state, next } = answered.get(id) ?? { state: 'no-source', next: missingSource(id) };
    return state === 'on-the-way' ? [] : [{ reason: reasons[state], wants: [want], what: id, detail: next }];
  });
}

/** A line for a person, for each. */
export const coverageText = ({ ecosystem, components, devices, state, feeds, next }: CoverageAnswer): string =>
  `  not judged at the site: ${ecosystem}, ${components} packages on ${devices} devices: ${
    state === 'no-source' ? 'no feed' : feeds.join(', ')
  }: ${next}`;
