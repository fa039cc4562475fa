import type { Advisory } from '../advisories/advisory.ts';
import { AdvisorySchema } from '../advisories/advisory.ts';
import { toRecord } from '../advisories/digest.ts';
import { wholeFeed } from '../advisories/whole.ts';
import { BundleError } from '../errors.ts';
import { findFeed, listFeeds, readFeedRecords, takeFeed } from './feeds.ts';
import { objectStore } from './objects.ts';
import type { HostState } from './state.ts';

// Which ecosystems a host's sources speak of in whole, in its operator's word; it is signed with the catalog and leaves as a feed.

const recordOf = (ecosystem: string, now: string): Advisory => ({
  id: `whole:${ecosystem.replaceAll(' ', '_')}`,
  feed: wholeFeed,
  aliases: [],
  upstream: [],
  related: [],
  modified: now,
  severity: 'unknown',
  summary: ecosystem,
  references: [],
  affected: [],
  whole: { ecosystem },
});

/** Says that the advisories here are all that there are of an ecosystem, or takes it back; returns all that are called whole. */
export const sayWhole = async (options: {
  readonly state: HostState;
  readonly ecosystem: string;
  readonly isWhole: boolean;
  readonly now: string;
}): Promise<string[]> => {
  const { state, ecosystem, isWhole, now } = options;
  const objects = objectStore(state.objects);
  const held = findFeed(state, wholeFeed);
  const records = held === undefined ? [] : [...(await readFeedRecords(objects, held)).values()];
  const advisories = records.map(({ line }) => AdvisorySchema.parse(JSON.parse(line)));
  const live = advisories.filter(({ withdrawn }) => withdrawn === undefined);
  const isHeld = live.some(({ whole }) => whole?.ecosystem === ecosystem);
  if (isWhole && !listFeeds(state).some(({ ecosystems }) => ecosystems.includes(ecosystem)))
    throw new BundleError('NOT_FOUND', `no source that was read here is about ${ecosystem}; run: source sync`);
  if (!isWhole && !isHeld) throw new BundleError('NOT_FOUND', `${ecosystem} is not called whole`);
  const others = live.filter(({ whole }) => whole?.ecosystem !== ecosystem);
  const next = isWhole && !isHeld ? [...live, recordOf(ecosystem, now)] : isWhole ? live : others;
  const sorted = next.map(toRecord).sort((a, b) => (a.id < b.id ? -1 : 1));
  const content = { records: sorted, newest: now, counts: { rejected: 0, notComparable: 0 } };
  await takeFeed({ state, objects, feed: wholeFeed, content, now });
  return next.flatMap(({ whole }) => whole?.ecosystem ?? []).sort();
};
