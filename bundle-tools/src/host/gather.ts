import { suitesFeed } from '../advisories/suites-feed.ts';
import type { Io } from '../cli/io.ts';
import { toTime } from '../platform/ambient.ts';
import { defined } from '../platform/defined.ts';
import { indexesOf } from '../updates/sources/apt/catalog.ts';
import type { AptIndex } from '../updates/sources/apt/source.ts';
import { filesSource } from '../updates/sources/files.ts';
import { firmwareSource } from '../updates/sources/firmware.ts';
import { platformEcosystem } from './choose.ts';
import { type FeedSync, syncAdvisories, syncSuites } from './gather-advisories.ts';
import { type AptContent, readApt } from './gather-updates.ts';
import type { ObjectStore } from './objects.ts';
import type { FilesContent, FirmwareContent } from './plan-request.ts';
import type { OpenedRequest } from './requests.ts';
import { failureText, ofSource, type SourceFailure } from './source-failure.ts';
import { isAdvisorySource, readSources } from './sources.ts';
import type { HostState } from './state.ts';

/** What the sources had, each of them read once; a source that failed has its failure here and nothing else. */
export type Gathered = {
  readonly apt: ReadonlyArray<AptContent>;
  readonly files: ReadonlyArray<FilesContent>;
  readonly firmware: ReadonlyArray<FirmwareContent>;
  readonly feeds: ReadonlyArray<FeedSync>;
  readonly failedFeeds: ReadonlyMap<string, SourceFailure>;
  /** Of all kinds, in the order in which sources were added. */
  readonly failures: ReadonlyArray<SourceFailure>;
};

type Options = { readonly state: HostState; readonly objects: ObjectStore; readonly io: Io; readonly nowMs: number };

/** Indexes by the ecosystem of the platforms that use their suites. */
const byEcosystem = (
  requests: ReadonlyArray<OpenedRequest>,
  indexes: ReadonlyArray<AptIndex>,
): Map<string, AptIndex[]> => {
  const found = new Map<string, Set<AptIndex>>();
  for (const { request } of requests)
    for (const platform of request.platforms) {
      const ecosystem = platformEcosystem(platform);
      const ofEcosystem = found.get(ecosystem) ?? new Set<AptIndex>();
      for (const index of indexesOf(platform, indexes)) ofEcosystem.add(index);
      found.set(ecosystem, ofEcosystem);
    }
  return new Map([...found].map(([ecosystem, of]) => [ecosystem, [...of]]));
};

/** A suite that a source failed to give may be known in part: what the feed has of it stays as it was. */
const wholeIndexes = (apt: ReadonlyArray<AptContent>): AptIndex[] => {
  const failed = new Set(apt.flatMap(({ source, failure }) => (failure === undefined ? [] : source.suites)));
  return apt.flatMap(({ indexes }) => indexes).filter(({ suite }) => !failed.has(suite));
};

/** Reads every source for the requests. Yesterday's advisories are better than none: the feed of a source that failed stays. */
export const gather = async (options: Options, requests: ReadonlyArray<OpenedRequest>): Promise<Gathered> => {
  const { state, objects, io, nowMs } = options;
  const now = toTime(nowMs);
  const feeds: FeedSync[] = [];
  const apt: AptContent[] = [];
  const files: FilesContent[] = [];
  const firmware: FirmwareContent[] = [];
  const failedFeeds = new Map<string, SourceFailure>();
  const failures: SourceFailure[] = [];
  const architectures = [
    ...new Set(requests.flatMap(({ request }) => request.platforms.map((platform) => platform.arch))),
  ].sort();
  const noteFailure = (failure: SourceFailure | undefined): void => {
    if (failure === undefined) return;
    failures.push(failure);
    io.note(`${failure.source}: not read: ${failureText(failure)}`);
  };
  for (const source of readSources(state)) {
    if (isAdvisorySource(source)) {
      const read = await ofSource(state, source.name, () => syncAdvisories(source, { state, objects, io, now }));
      if (read.failure === undefined) feeds.push(read.value);
      else failedFeeds.set(source.name, read.failure);
      noteFailure(read.failure);
    } else if (source.kind === 'files') {
      const reader = filesSource(source);
      const { failure } = await ofSource(state, source.name, () => reader.scan());
      files.push({ source, reader, ...defined({ failure }) });
      noteFailure(failure);
    } else if (source.kind === 'firmware') {
      const reader = firmwareSource(source);
      const { failure } = await ofSource(state, source.name, () => reader.scan());
      firmware.push({ source, reader, ...defined({ failure }) });
      noteFailure(failure);
    } else if (architectures.length > 0) {
      const content = await readApt(state, source, architectures, new Date(nowMs), io);
      apt.push(content);
      noteFailure(content.failure);
    }
  }
  if (apt.some(({ failure }) => failure === undefined)) {
    const indexes = byEcosystem(requests, wholeIndexes(apt));
    const made = await ofSource(state, suitesFeed, () => syncSuites(indexes, { state, objects, io, now }));
    if (made.failure === undefined && made.value !== undefined) feeds.push(made.value);
    noteFailure(made.failure);
  }
  return { apt, files, firmware, feeds, failedFeeds, failures };
};
