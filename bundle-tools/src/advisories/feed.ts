import { type Advisory, AdvisorySchema, type SourceResult } from './advisory.ts';
import { contentDigest, type FeedRecord, toRecord } from './digest.ts';
import { NO_DATE } from './sources/catalogue.ts';

export type Rejected = { id: string; reason: string; detail: string };

export type FeedCounts = {
  advisories: number;
  withdrawn: number;
  ranges: number;
  /** Ranges and listed versions that no version can be compared with: shown, never matched. */
  notComparable: number;
  gitRanges: number;
  rejected: number;
};

type Feed = {
  /** Sorted by id. */
  records: FeedRecord[];
  /** The first ones; `counts.rejected` counts all. */
  rejected: Rejected[];
  counts: FeedCounts;
  /** The newest advisory's date, dates after the capture ignored; '' when there is none. */
  newest: string;
  digest: string;
};

const MAX_LISTED_REJECTS = 1_000;

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** Reads a source to its end. What was rejected is counted and listed, never dropped silently. */
export const collectFeed = async (options: {
  results: AsyncIterable<SourceResult>;
  /** `YYYY-MM-DDThh:mm:ssZ` */
  capturedAt: string;
}): Promise<Feed> => {
  const records: FeedRecord[] = [];
  const rejected: Rejected[] = [];
  const counts: FeedCounts = { advisories: 0, withdrawn: 0, ranges: 0, notComparable: 0, gitRanges: 0, rejected: 0 };
  let newest = '';
  for await (const result of options.results) {
    if ('rejected' in result) {
      counts.rejected += 1;
      if (rejected.length < MAX_LISTED_REJECTS) rejected.push(result.rejected);
      continue;
    }
    const { advisory } = result;
    count(counts, advisory);
    counts.gitRanges += result.gitRanges;
    if (advisory.modified > newest && advisory.modified !== NO_DATE && advisory.modified <= options.capturedAt)
      newest = advisory.modified;
    records.push(toRecord(advisory));
  }
  records.sort(byId);
  return { records, rejected, counts, newest, digest: contentDigest(records) };
};

const count = (counts: FeedCounts, advisory: Advisory): void => {
  counts.advisories += 1;
  if (advisory.withdrawn !== undefined) counts.withdrawn += 1;
  for (const affected of advisory.affected) {
    counts.ranges += affected.ranges.length;
    counts.notComparable += affected.ranges.filter((range) => !range.comparable).length;
  }
};

/**
 * What a delta part carries: new and changed records, and those that the source no longer has, as withdrawn. The
 * result's `after` is the feed's content after the delta, whose digest goes into the part's header.
 */
export const feedDelta = (
  previous: ReadonlyMap<string, FeedRecord>,
  records: readonly FeedRecord[],
  removedAt: string,
): { delta: FeedRecord[]; after: FeedRecord[]; digest: string } => {
  const now = new Set(records.map((record) => record.id));
  const after = [...records];
  const delta = records.filter((record) => previous.get(record.id)?.digest !== record.digest);
  for (const gone of previous.values()) {
    if (now.has(gone.id)) continue;
    const record = withdraw(gone, removedAt);
    after.push(record);
    if (record.digest !== gone.digest) delta.push(record);
  }
  after.sort(byId);
  delta.sort(byId);
  return { delta, after, digest: contentDigest(after) };
};

const withdraw = (record: FeedRecord, at: string): FeedRecord => {
  const advisory = AdvisorySchema.parse(JSON.parse(record.line));
  if (advisory.withdrawn !== undefined) return record;
  return toRecord({ ...advisory, withdrawn: at, modified: at > advisory.modified ? at : advisory.modified });
};
