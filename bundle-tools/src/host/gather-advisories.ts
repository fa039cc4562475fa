import { AdvisorySchema, type SourceResult } from '../advisories/advisory.ts';
import { countClasses, type LeafClasses } from '../advisories/csaf/classes.ts';
import { compareRevisions } from '../advisories/csaf/document.ts';
import type { CsafBody } from '../advisories/csaf/normal.ts';
import { type FeedRecord, toRecord } from '../advisories/digest.ts';
import { collectFeed, type Rejected } from '../advisories/feed.ts';
import { readCsafSource } from '../advisories/sources/csaf.ts';
import { readKev } from '../advisories/sources/kev.ts';
import { readOsv } from '../advisories/sources/osv.ts';
import { readSsvc } from '../advisories/sources/ssvc.ts';
import { suiteAdvisories } from '../advisories/sources/suite.ts';
import { readSupport } from '../advisories/sources/support.ts';
import { suitesFeed } from '../advisories/suites-feed.ts';
import type { Io } from '../cli/io.ts';
import type { Download } from '../downloads/download.ts';
import { BundleError } from '../errors.ts';
import { readKeyrings } from '../updates/sources/apt/keyring.ts';
import type { AptIndex } from '../updates/sources/apt/source.ts';
import { roomOf } from './disk-use.ts';
import { type FeedContent, type FeedState, findFeed, listFeeds, readFeedRecords, takeFeed } from './feeds.ts';
import { downloadsFor } from './gather-updates.ts';
import type { ObjectStore } from './objects.ts';
import { type AdvisorySource, shownPlace } from './sources.ts';
import type { HostState } from './state.ts';

/** What became of one advisory source. */
export type FeedSync = {
  readonly feed: string;
  readonly changed: number;
  readonly advisories: number;
  readonly newest: string;
  readonly rejected: number;
  readonly rejects: ReadonlyArray<Rejected>;
  /** Products of CSAF documents by what their version texts mean. */
  readonly classes?: LeafClasses;
};

type SyncOptions = { readonly state: HostState; readonly objects: ObjectStore; readonly io: Io; readonly now: string };

async function* counted<T>(results: AsyncIterable<T>, io: Io, label: string): AsyncGenerator<T> {
  let done = 0;
  for await (const result of results) {
    done += 1;
    if (done % 1000 === 0) io.progress(label, done);
    yield result;
  }
}

const summary = (feed: FeedState, changed: number, rejects: ReadonlyArray<Rejected> = []): FeedSync => ({
  feed: feed.feed,
  changed,
  advisories: feed.advisories,
  newest: feed.newest,
  rejected: feed.rejected,
  rejects: rejects.slice(0, 20),
});

/** What the feed held in a higher revision than the source has now: a document never goes back (ADVISORIES 6.2). */
const keepNewer = (held: ReadonlyMap<string, FeedRecord>, content: FeedContent): FeedContent => {
  if (held.size === 0) return content;
  const records = content.records.map((record) => {
    const before = held.get(record.id);
    if (before === undefined || before.digest === record.digest) return record;
    const [old, now] = [before, record].map(({ line }) => AdvisorySchema.parse(JSON.parse(line)).csaf);
    return old !== undefined && now !== undefined && compareRevisions(old.revision, now.revision) > 0 ? before : record;
  });
  return { ...content, records };
};

const bodiesOf = ({ records }: FeedContent): CsafBody[] =>
  records.flatMap(({ line }) => AdvisorySchema.parse(JSON.parse(line)).csaf ?? []);

const readSource = async (
  source: AdvisorySource,
  download: Download,
  now: string,
): Promise<AsyncGenerator<SourceResult>> => {
  const from = { input: source.location, feed: source.name, download };
  if (source.kind === 'osv') return readOsv(from);
  if (source.kind === 'kev') return readKev(from);
  if (source.kind === 'ssvc') return readSsvc(from);
  if (source.kind === 'support') return readSupport(from);
  const keyrings = source.keyrings ?? [];
  const keyring = keyrings.length === 0 ? undefined : { keyring: await readKeyrings(keyrings), at: new Date(now) };
  return readCsafSource({ ...from, keyring });
};

/** Reads a source of OSV records, CSAF documents or a catalogue to its end and keeps it as the feed of the same name. */
export const syncAdvisories = async (source: AdvisorySource, options: SyncOptions): Promise<FeedSync> => {
  const { state, objects, io, now } = options;
  const results = await readSource(source, downloadsFor(state, source, roomOf(state, source), io), now);
  const read = await collectFeed({ results: counted(results, io, `reading ${source.name}`), capturedAt: now });
  if (read.records.length === 0)
    throw new BundleError('SOURCE_INVALID', `source ${source.name}: ${shownPlace(source)} holds no advisory`);
  const held = source.kind === 'csaf' ? findFeed(state, source.name) : undefined;
  const content = held === undefined ? read : keepNewer(await readFeedRecords(objects, held), read);
  const room = roomOf(state, source);
  const { feed, changed } = await takeFeed({ state, objects, feed: source.name, content, now, room });
  const done = summary(feed, changed, read.rejected);
  return source.kind === 'csaf' ? { ...done, classes: countClasses(bodiesOf(content)) } : done;
};

/** The fixed versions that the advisories of an ecosystem name, as `source version`. */
const namedVersions = async (
  state: HostState,
  objects: ObjectStore,
  ecosystem: string,
): Promise<ReadonlySet<string>> => {
  const named = new Set<string>();
  for (const feed of listFeeds(state)) {
    if (feed.feed === suitesFeed) continue;
    for (const { line } of (await readFeedRecords(objects, feed)).values()) {
      if (!line.includes(JSON.stringify(ecosystem))) continue;
      const advisory = AdvisorySchema.parse(JSON.parse(line));
      if (advisory.withdrawn !== undefined) continue;
      for (const affected of advisory.affected)
        if (affected.ecosystem === ecosystem)
          for (const { fixed } of affected.ranges) if (fixed !== undefined) named.add(`${affected.package} ${fixed}`);
    }
  }
  return named;
};

/** Records of suites that were not read now, and are not withdrawn: a source that was taken away has withdrawn nothing. */
const isOfOther =
  (read: ReadonlySet<string>) =>
  ({ id, line }: FeedRecord): boolean => {
    const suite = /^suite:([^:]+):/.exec(id)?.[1];
    return suite !== undefined && !read.has(suite) && AdvisorySchema.parse(JSON.parse(line)).withdrawn === undefined;
  };

/**
 * Makes the feed of security suites: a newer version there is an advisory even where no CVE names it (BUNDLES.md
 * section 3). What the feed has of suites that no index of `byEcosystem` is of stays as it was, with its date.
 */
export const syncSuites = async (
  byEcosystem: ReadonlyMap<string, ReadonlyArray<AptIndex>>,
  options: SyncOptions,
): Promise<FeedSync | undefined> => {
  const { state, objects, now } = options;
  const records = [];
  let newest = '';
  for (const [ecosystem, indexes] of [...byEcosystem].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const named = await namedVersions(state, objects, ecosystem);
    const advisories = suiteAdvisories({
      ecosystem,
      indexes: [...indexes],
      feed: suitesFeed,
      named: (source, version) => named.has(`${source} ${version}`),
    });
    for (const advisory of advisories) {
      if (advisory.modified > newest && advisory.modified <= now) newest = advisory.modified;
      records.push(toRecord(advisory));
    }
  }
  const held = findFeed(state, suitesFeed);
  if (records.length === 0 && held === undefined) return undefined;
  const read = new Set([...byEcosystem.values()].flat().flatMap((index) => (index.security ? [index.suite] : [])));
  const kept = held === undefined ? [] : [...(await readFeedRecords(objects, held)).values()].filter(isOfOther(read));
  records.push(...kept);
  records.sort((a, b) => (a.id < b.id ? -1 : 1));
  const content = {
    records,
    newest: newest === '' ? (held?.newest ?? '') : newest,
    counts: { rejected: 0, notComparable: 0 },
  };
  const { feed, changed } = await takeFeed({ state, objects, feed: suitesFeed, content, now });
  return summary(feed, changed);
};
