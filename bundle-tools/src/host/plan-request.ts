import type { SiteRequest } from '../documents/request.ts';
import { defined } from '../platform/defined.ts';
import { followedOf, indexesOf } from '../updates/sources/apt/catalog.ts';
import { planUpdates } from '../updates/sources/apt/plan.ts';
import type { FilesSource } from '../updates/sources/files.ts';
import type { FirmwareSource } from '../updates/sources/firmware.ts';
import type { PlannedUpdate, Unfulfilled, UnfulfilledReason } from '../updates/update.ts';
import { BY_RELEASE } from '../versions/followed-suites.ts';
import { platformEcosystem, splitUpdateWant } from './choose.ts';
import type { AptContent, WantedFile } from './gather-updates.ts';
import { failureText, type SourceFailure } from './source-failure.ts';
import type { FilesSourceEntry, FirmwareSourceEntry } from './sources.ts';

/** What the sources offer for one request. */
export type RequestPlan = {
  readonly updates: ReadonlyArray<PlannedUpdate>;
  readonly files: ReadonlyArray<WantedFile>;
  readonly licences: ReadonlyArray<{ readonly sha256: string; readonly text: string }>;
  readonly gaps: ReadonlyArray<Unfulfilled>;
};

/** A folder that was read, or why it was not. */
type FolderContent<Entry, Reader> = {
  readonly source: Entry;
  readonly reader: Reader;
  readonly failure?: SourceFailure;
};
export type FilesContent = FolderContent<FilesSourceEntry, FilesSource>;
export type FirmwareContent = FolderContent<FirmwareSourceEntry, FirmwareSource>;

type Sources = {
  readonly apt: ReadonlyArray<AptContent>;
  readonly files: ReadonlyArray<FilesContent>;
  readonly firmware: ReadonlyArray<FirmwareContent>;
  /** Feeds that have content, and those whose source could not be read. */
  readonly feeds: ReadonlySet<string>;
  readonly failedFeeds: ReadonlyMap<string, SourceFailure>;
};

const gap = (reason: UnfulfilledReason, want: number, what: string, detail: string): Unfulfilled => ({
  reason,
  wants: [want],
  what,
  detail,
});

/** Why, beside a reason that says that it could not be had. */
const textOf = (failure: SourceFailure | undefined): string =>
  failure === undefined ? '' : failure.code === 'FETCH_FAILED' ? failure.message : failureText(failure);

/** Nothing of a folder that was not read; each want that it could have answered is a gap. */
const notRead = (failure: SourceFailure, positions: readonly number[]): RequestPlan => ({
  updates: [],
  files: [],
  licences: [],
  gaps: positions.map((position) => gap('FETCH_FAILED', position, failure.source, textOf(failure))),
});

type AptWant = { position: number; kind: 'newer' } | { position: number; kind: 'update'; source: string; min?: string };

/** The wants of a request that concern one platform. */
const wantsOfPlatform = (request: SiteRequest, index: number): AptWant[] => {
  const platform = request.platforms[index];
  if (platform === undefined) return [];
  const ecosystem = platformEcosystem(platform);
  return request.wants.flatMap((want, position): AptWant[] => {
    if (want.kind === 'newer') return want.id === String(index) ? [{ position, kind: 'newer' }] : [];
    if (want.kind !== 'update' || !want.id.startsWith(`${ecosystem}/`)) return [];
    const source = want.id.slice(ecosystem.length + 1);
    return [{ position, kind: 'update', source, ...defined({ min: want.min }) }];
  });
};

const planPlatform = (request: SiteRequest, index: number, sources: Sources): RequestPlan => {
  const none = { updates: [], files: [], licences: [] };
  const platform = request.platforms[index];
  const wants = wantsOfPlatform(request, index);
  if (platform === undefined || wants.length === 0) return { ...none, gaps: [] };
  const relevant = sources.apt.filter(
    ({ source, indexes, failure }) =>
      indexesOf(platform, indexes).length > 0 ||
      (failure !== undefined && source.suites.some((suite) => platform.suites.includes(suite))),
  );
  const failed = relevant.filter(({ failure }) => failure !== undefined);
  const outage = failed.flatMap(({ source, failure }) =>
    wants.map(({ position }) => gap('FETCH_FAILED', position, source.name, textOf(failure))),
  );
  const indexes = relevant.flatMap((content) => content.indexes);
  const [first] = relevant;
  if (first === undefined || indexes.length === 0) {
    const label = `${platform.vendor} ${platform.release} ${platform.arch}`;
    const missing = wants.map(({ position }) =>
      gap('NO_SOURCE', position, label, `no apt source has ${platform.suites.join(', ') || 'its suites'}`),
    );
    return { ...none, gaps: outage.length > 0 ? outage : missing };
  }
  const plan = planUpdates({ platform, indexes, wants });
  const origins = new Map(relevant.map(({ source }) => [source.uri.replace(/\/+$/, ''), source]));
  const sourceOf = (url: string) => [...origins].find(([uri]) => url.startsWith(`${uri}/`))?.[1] ?? first.source;
  return {
    updates: plan.updates,
    files: plan.updates.flatMap(({ files }) => files.map((file) => ({ file, source: sourceOf(file.url) }))),
    licences: [],
    gaps: [...plan.unfulfilled, ...outage],
  };
};

/** A want of the kind `suite`: the platform that follows it, and its name. */
const suiteWant = (id: string): { platform: number; suite: string } | undefined => {
  const [, platform, suite] = /^(\d{1,6})\/(.+)$/.exec(id) ?? [];
  return suite === undefined ? undefined : { platform: Number(platform), suite };
};

/** What a platform follows and no source of this host has. */
const missingSuites = (request: SiteRequest, { apt }: Sources): Unfulfilled[] =>
  request.wants.flatMap((want, position) => {
    if (want.kind !== 'suite') return [];
    const asked = suiteWant(want.id);
    const platform = request.platforms[asked?.platform ?? -1];
    if (asked === undefined || platform === undefined)
      return [gap('UNKNOWN', position, want.id, 'no such platform in the request')];
    if (apt.some(({ indexes }) => indexes.some((index) => followedOf(platform, index).includes(asked.suite))))
      return [];
    const label = `${platformEcosystem(platform)} ${platform.arch}`;
    const failed = apt.find(({ source, failure }) => failure !== undefined && source.suites.includes(asked.suite));
    if (failed !== undefined)
      return [gap('FETCH_FAILED', position, label, `${failed.source.name}: ${textOf(failed.failure)}`)];
    const what = asked.suite === BY_RELEASE ? 'its release' : asked.suite;
    return [gap('NO_SOURCE', position, label, `no source has ${what}; add one with: source add`)];
  });

const planFiles = (request: SiteRequest, { source, reader, failure }: FilesContent): RequestPlan => {
  const wants = request.wants.flatMap((want, position) =>
    want.kind === 'product' ? [{ position, product: want.id, ...defined({ min: want.min }) }] : [],
  );
  if (failure !== undefined)
    return notRead(
      failure,
      wants.map(({ position }) => position),
    );
  const plan = reader.plan({
    platforms: request.platforms,
    software: request.software,
    wants,
    updates: request.wants.flatMap((want, position) =>
      want.kind === 'update' ? [{ position, ...splitUpdateWant(want.id), ...defined({ min: want.min }) }] : [],
    ),
  });
  return {
    updates: plan.updates,
    files: plan.updates.flatMap(({ files }) => files.map((file) => ({ file, source }))),
    licences: plan.licences,
    gaps: plan.unfulfilled,
  };
};

const planFirmware = (request: SiteRequest, { source, reader, failure }: FirmwareContent): RequestPlan => {
  const wants = request.wants.flatMap((want, position) =>
    want.kind === 'firmware' ? [{ position, id: want.id, ...defined({ min: want.min }) }] : [],
  );
  if (failure !== undefined)
    return notRead(
      failure,
      wants.map(({ position }) => position),
    );
  const plan = reader.plan(wants);
  return {
    updates: plan.updates,
    files: plan.updates.flatMap(({ files }) => files.map((file) => ({ file, source }))),
    licences: plan.texts,
    gaps: plan.unfulfilled,
  };
};

const otherGaps = (request: SiteRequest, sources: Sources): ReadonlyArray<Unfulfilled> =>
  request.wants.flatMap((want, position) => {
    if (want.kind === 'advisory' && !sources.feeds.has(want.id)) {
      const failure = sources.failedFeeds.get(want.id);
      return [
        failure === undefined
          ? gap('NO_SOURCE', position, want.id, 'no source has this feed')
          : gap('FETCH_FAILED', position, want.id, textOf(failure)),
      ];
    }
    if (want.kind === 'firmware' && sources.firmware.length === 0)
      return [gap('NO_SOURCE', position, want.id, 'no folder of firmware')];
    if (want.kind === 'product' && sources.files.length === 0)
      return [gap('NO_SOURCE', position, want.id, 'no folder of vendor files')];
    if (want.kind === 'newer' && request.platforms[Number(want.id)] === undefined)
      return [gap('UNKNOWN', position, want.id, 'no such platform in the request')];
    if (
      want.kind === 'update' &&
      !request.platforms.some((platform) => want.id.startsWith(`${platformEcosystem(platform)}/`))
    )
      return [gap('NO_SOURCE', position, want.id, 'no platform of the request has this ecosystem')];
    return [];
  });

/** Asks every source what it has for a request. */
export const planRequest = (request: SiteRequest, sources: Sources): RequestPlan => {
  const plans = [
    ...request.platforms.map((_, index) => planPlatform(request, index, sources)),
    ...sources.files.map((source) => planFiles(request, source)),
    ...sources.firmware.map((source) => planFirmware(request, source)),
  ];
  const answered = new Set(plans.flatMap((plan) => plan.updates.flatMap((update) => update.wants)));
  const gaps = [
    ...plans.flatMap((plan) => plan.gaps),
    ...missingSuites(request, sources),
    ...otherGaps(request, sources),
  ].filter(({ wants }) =>
    // One named update that some source has is no gap because another source lacks it.
    wants.some((position) => request.wants[position]?.kind === 'newer' || !answered.has(position)),
  );
  return {
    updates: plans.flatMap((plan) => plan.updates),
    files: plans.flatMap((plan) => plan.files),
    licences: plans.flatMap((plan) => plan.licences),
    gaps,
  };
};
