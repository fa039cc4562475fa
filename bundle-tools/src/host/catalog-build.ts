import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Io } from '../cli/io.ts';
import { type Announcement, announcementPath, encodeAnnouncement } from '../documents/announcement.ts';
import { unpackDigests } from '../documents/digests.ts';
import { encodeInventory, type InventoryLine, parseInventory } from '../documents/inventory.ts';
import { parsePolicy } from '../documents/policy.ts';
import { toTime } from '../platform/ambient.ts';
import { ensureDir, writeFileDurable } from '../platform/files.ts';
import { sha256Hex } from '../trust/hash.ts';
import { FIRMWARE } from '../updates/sources/firmware.ts';
import { encodeUpdates, type PlannedFile, type Unfulfilled, type Update } from '../updates/update.ts';
import { announcementLines, liveAnnouncements } from './announcements.ts';
import { type RefusedObject, scanObjects } from './antivirus.ts';
import { type CatalogDiff, diffCatalogs, diffText } from './catalog-diff.ts';
import { lineMaker, updatePath } from './catalog-lines.ts';
import {
  type Catalog,
  catalogFolder,
  catalogNumbers,
  findPendingCatalog,
  signedCatalog,
  writeCatalogHead,
} from './catalogs.ts';
import { policyBytes } from './ceremony.ts';
import { claimedTargets } from './claimed-versions.ts';
import { type CoverageAnswer, coverageAnswers } from './coverage.ts';
import { feedLines, listFeeds } from './feeds.ts';
import { type Gathered, gather } from './gather.ts';
import type { FeedSync } from './gather-advisories.ts';
import { fetchFiles } from './gather-updates.ts';
import { daysUntil } from './lifetimes.ts';
import { type ObjectStore, objectStore } from './objects.ts';
import { readOnlineKeys } from './online-keys.ts';
import { planRequest, type RequestPlan } from './plan-request.ts';
import { releaseLines } from './releases.ts';
import { lastRequests, type OpenedRequest } from './requests.ts';
import { writeSitePlan } from './site-plan.ts';
import type { SourceFailure } from './source-failure.ts';
import type { HostState } from './state.ts';
import { getNewest } from './trust-files.ts';

const union = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])].sort();

/** One record per update: several platforms and sites may name the same one with other suites and dependencies. */
export const mergeUpdates = (updates: Iterable<Update>): Map<string, Update> => {
  const merged = new Map<string, Update>();
  for (const update of updates) {
    const held = merged.get(update.id);
    if (held === undefined) {
      merged.set(update.id, {
        ...update,
        suites: union(update.suites, []),
        depends: union(update.depends, []),
        supersedes: union(update.supersedes, []),
      });
      continue;
    }
    merged.set(update.id, {
      ...held,
      suites: union(held.suites, update.suites),
      depends: union(held.depends, update.depends),
      supersedes: union(held.supersedes, update.supersedes),
      security: held.security || update.security,
    });
  }
  return merged;
};

/** Takes away what has a file that is not there, and whatever depends on it; a half update is none. */
export const dropIncomplete = (
  updates: ReadonlyMap<string, Update>,
  hasFile: (sha256: string) => boolean,
): { kept: Map<string, Update>; dropped: ReadonlyMap<string, Update> } => {
  const kept = new Map([...updates].filter(([, update]) => update.files.every(hasFile)));
  for (let before = -1; before !== kept.size; ) {
    before = kept.size;
    for (const [id, update] of kept) if (update.depends.some((depends) => !kept.has(depends))) kept.delete(id);
  }
  return { kept, dropped: new Map([...updates].filter(([id]) => !kept.has(id))) };
};

/** The updates of a catalog that some site holds a file of, with what they depend on: agents install only what is listed. */
export const heldUpdates = (
  updates: ReadonlyArray<Update>,
  isHeld: (sha256: string) => boolean,
): ReadonlyArray<Update> => {
  const byId = new Map(updates.map((update) => [update.id, update]));
  const chosen = new Map<string, Update>();
  const open = updates.filter((update) => update.files.some(isHeld));
  for (let update = open.pop(); update !== undefined; update = open.pop()) {
    if (chosen.has(update.id)) continue;
    chosen.set(update.id, update);
    for (const id of update.depends) {
      const wanted = byId.get(id);
      if (wanted !== undefined) open.push(wanted);
    }
  }
  return [...chosen.values()];
};

// `catalog build`: reads requests, fetches, checks vendor signatures, and lays out what a curator is asked to sign.
// It signs nothing itself.

/** What a build found. */
export type BuiltCatalog = {
  readonly number: number;
  readonly folder: string;
  /** False when the signed catalog, or one that waits, has this very content. */
  readonly isNew: boolean;
  readonly isSigned: boolean;
  readonly diff: CatalogDiff;
  readonly diffText: string;
  readonly feeds: ReadonlyArray<FeedSync>;
  readonly sites: ReadonlyArray<{
    readonly site: string;
    readonly updates: number;
    readonly gaps: ReadonlyArray<Unfulfilled>;
    /** What the site cannot judge, and what this catalogue brings for it. */
    readonly coverage: ReadonlyArray<CoverageAnswer>;
  }>;
  /** Sources of which nothing, or not all, could be taken. */
  readonly unread: ReadonlyArray<SourceFailure>;
  /** Objects that the antivirus refused; nothing that needs them is in the catalog. */
  readonly refused: ReadonlyArray<RefusedObject & { readonly name: string }>;
};

type BuildOptions = { readonly state: HostState; readonly io: Io; readonly nowMs: number; readonly graceDays?: number };

/** A signed catalog is signed again, unchanged, when its targets metadata has less than this left. */
const renewTargetsDays = 60;

type Collected = {
  readonly updates: ReadonlyMap<string, Update>;
  readonly names: ReadonlyMap<string, string>;
  readonly licences: ReadonlySet<string>;
  readonly plans: ReadonlyArray<{ readonly opened: OpenedRequest; readonly plan: RequestPlan }>;
  readonly fetchFailures: ReadonlyMap<string, string>;
  readonly unread: ReadonlyArray<SourceFailure>;
  /** What the antivirus refused, by digest. */
  readonly refused: ReadonlyMap<string, string>;
};

const collect = async (
  options: BuildOptions,
  objects: ObjectStore,
  requests: ReadonlyArray<OpenedRequest>,
  gathered: Gathered,
  signed: Catalog,
): Promise<Collected> => {
  const { state, io } = options;
  const known = listFeeds(state).map((feed) => feed.feed);
  const sources = { ...gathered, feeds: new Set(known) };
  const plans = requests.map((opened) => ({ opened, plan: planRequest(opened.request, sources) }));
  const missed = await fetchFiles({ state, objects, files: plans.flatMap(({ plan }) => plan.files), io });
  const licences = new Set<string>();
  for (const { plan } of plans)
    for (const { text } of plan.licences) licences.add(objects.putBytes(Buffer.from(text)).sha256);

  const held = new Set(requests.flatMap(({ request }) => unpackDigests(Buffer.from(request.have, 'base64'))));
  const kept = heldUpdates(signed.updates, (digest) => held.has(digest)).filter((update) =>
    update.files.every((digest) => objects.has(digest)),
  );
  const names = new Map<string, string>(
    signed.lines.map((line) => [line.sha256, line.path.split('/').at(-1) ?? line.sha256]),
  );
  for (const { plan } of plans) for (const { file } of plan.files) names.set(file.sha256, file.name);
  for (const { licence, notes } of kept)
    for (const text of [licence, notes]) if (text !== undefined) licences.add(text);
  const scanned = await scanObjects(
    state,
    [...kept, ...plans.flatMap(({ plan }) => plan.updates.map(({ update }) => update))].flatMap(
      ({ files: all }) => all,
    ),
    io,
  );
  const refused = new Map((scanned?.refused ?? []).map(({ sha256, reason }) => [sha256, reason]));
  const merged = mergeUpdates([...kept, ...plans.flatMap(({ plan }) => plan.updates.map((planned) => planned.update))]);
  const { kept: updates } = dropIncomplete(merged, (digest) => objects.has(digest) && !refused.has(digest));
  const unread = [...gathered.failures, ...missed.failures];
  return { updates, names, licences, plans, fetchFailures: missed.reasons, refused, unread };
};

const fileLines = (collected: Collected, objects: ObjectStore, line: ReturnType<typeof lineMaker>): InventoryLine[] => {
  const lines: InventoryLine[] = [];
  const done = new Set<string>();
  for (const update of [...collected.updates.values()].sort((a, b) => (a.id < b.id ? -1 : 1)))
    for (const digest of update.files) {
      if (done.has(digest)) continue;
      done.add(digest);
      const file: Pick<PlannedFile, 'name'> = { name: collected.names.get(digest) ?? digest };
      const kind = update.ecosystem === FIRMWARE ? 'firmware' : 'update';
      lines.push(line(updatePath(update, file), kind, digest, objects.size(digest)));
    }
  for (const digest of [...collected.licences].sort())
    if (objects.has(digest) && !done.has(digest))
      lines.push(line(`licences/${digest}.txt`, 'document', digest, objects.size(digest)));
  return lines;
};

/** The gaps of a request, with what could not be fetched and what the antivirus refused. */
const gapsOf = (plan: RequestPlan, collected: Collected): Unfulfilled[] => {
  const failed = plan.updates
    .filter(({ update }) => !collected.updates.has(update.id))
    .map(({ update, wants, files }): Unfulfilled => {
      const ofFiles = (reasons: ReadonlyMap<string, string>): string | undefined =>
        files.map((file) => reasons.get(file.sha256)).find((text) => text !== undefined);
      const refusal = ofFiles(collected.refused);
      return {
        reason: refusal === undefined ? 'FETCH_FAILED' : 'NOT_APPROVED',
        wants,
        what: `${update.name} ${update.version}`,
        detail: refusal ?? ofFiles(collected.fetchFailures) ?? 'a dependency could not be fetched, or was refused',
      };
    });
  return [...plan.gaps, ...failed];
};

const writeFolder = (
  options: BuildOptions,
  number: number,
  content: {
    inventory: Uint8Array;
    lines: number;
    updates: Uint8Array;
    policy: Uint8Array;
    diff: string;
    announcements: ReadonlyArray<Announcement>;
  },
  heldTargets: number,
): string => {
  const { state, nowMs } = options;
  const folder = catalogFolder(state, number);
  // Without catalog.json it is the rest of a build that was interrupted.
  rmSync(folder, { recursive: true, force: true });
  ensureDir(folder);
  const targets = getNewest(state, 'targets');
  writeFileDurable(join(folder, 'inventory.jsonl'), content.inventory);
  writeFileDurable(join(folder, 'updates.jsonl'), content.updates);
  if (content.announcements.length > 0) ensureDir(join(folder, 'announcements'));
  for (const one of content.announcements)
    writeFileDurable(join(folder, announcementPath(one)), encodeAnnouncement(one));
  writeFileDurable(join(folder, 'policy.json'), content.policy);
  writeFileDurable(join(folder, 'diff.txt'), content.diff);
  writeFileDurable(join(folder, 'root.json'), getNewest(state, 'root').bytes);
  writeFileDurable(join(folder, 'previous-targets.json'), targets.bytes);
  writeCatalogHead(folder, {
    format: 'sallyport-catalog/1',
    catalog: number,
    created_at: toTime(nowMs),
    targets_version: Math.max(targets.version, heldTargets) + 1,
    inventory: { sha256: sha256Hex(content.inventory), size: content.inventory.length, lines: content.lines },
    policy: sha256Hex(content.policy),
    updates: sha256Hex(content.updates),
    fulfil: { keys: [Buffer.from(readOnlineKeys(state).fulfil.publicKey).toString('base64')], threshold: 1 },
  });
  return folder;
};

const sameContent = (catalog: Catalog, inventory: Uint8Array, policy: Uint8Array): boolean =>
  Buffer.compare(catalog.inventory, inventory) === 0 && Buffer.compare(catalog.policy, policy) === 0;

/** Builds the catalog for the last request of every site. */
export const buildCatalog = async (options: BuildOptions): Promise<BuiltCatalog> => {
  const { state, io, nowMs } = options;
  const objects = objectStore(state.objects);
  const requests = lastRequests(state);
  const signed = signedCatalog(state);
  const gathered = await gather({ state, objects, io, nowMs }, requests);
  const collected = await collect(options, objects, requests, gathered, signed);

  const updates = encodeUpdates([...collected.updates.values()]);
  const updatesObject = objects.putBytes(updates);
  const line = lineMaker(objects, signed.lines);
  const announcements = liveAnnouncements(state, nowMs);
  const wanted: InventoryLine[] = [
    ...listFeeds(state).flatMap((feed) =>
      feedLines(feed).map((part) => line(part.path, 'advisory', part.sha256, part.size)),
    ),
    ...fileLines(collected, objects, line),
    ...announcementLines(announcements, objects, line),
    ...releaseLines(state, line),
    line('updates.jsonl', 'document', updatesObject.sha256, updatesObject.size),
  ];
  const isEmpty = wanted.length === 1 && updates.length === 0;
  const inventory = encodeInventory(isEmpty ? [] : wanted);
  const policy = policyBytes(state, options.graceDays ?? parsePolicy(signed.policy).grace_days);
  const after = { lines: parseInventory(inventory), updates: [...collected.updates.values()] };
  const diff = diffCatalogs(signed, after);

  const isFresh = daysUntil(signed.targets.described.expires, nowMs) >= renewTargetsDays;
  const pending = findPendingCatalog(state);
  // A host that went back to a backup is behind its sites: what is signed next must go above what they hold.
  const heldTargets = claimedTargets(
    state,
    requests.map(({ request }) => request),
  );
  const isSigned = isFresh && sameContent(signed, inventory, policy) && signed.targets.version >= heldTargets;
  const isPending =
    !isSigned &&
    pending !== undefined &&
    sameContent(pending, inventory, policy) &&
    pending.head.targets_version > Math.max(signed.targets.version, heldTargets);
  const number = isSigned ? signed.number : isPending ? pending.number : Math.max(0, ...catalogNumbers(state)) + 1;
  const refused = [...collected.refused].map(([sha256, reason]) => ({
    sha256,
    name: collected.names.get(sha256) ?? sha256,
    reason,
  }));
  for (const { name, reason } of refused) io.note(`${name}: ${reason}`);
  const text = diffText(number, signed.number, diff, after, { refused, announcements, unread: collected.unread });
  if (!isSigned && !isPending)
    writeFolder(
      options,
      number,
      { inventory, lines: after.lines.length, updates, policy, diff: text, announcements },
      heldTargets,
    );
  // What a curator reads is of this reading of the sources, also where it gave the same catalog.
  if (isPending) writeFileDurable(join(pending.folder, 'diff.txt'), text);
  const feeds = listFeeds(state);
  const sites = collected.plans.map(({ opened, plan }) => {
    const gaps = gapsOf(plan, collected);
    const chosen = plan.updates
      .filter(({ update }) => collected.updates.has(update.id))
      .map(({ update, wants }) => ({ id: update.id, wants }));
    writeSitePlan(opened.site, {
      request_digest: opened.digest,
      catalog: number,
      updates: chosen,
      gaps,
      unread: collected.unread,
    });
    const coverage = coverageAnswers(opened.request, feeds, after.lines);
    return { site: opened.site.record.site, updates: chosen.length, gaps, coverage };
  });
  io.note(`catalog ${number}: ${after.lines.length} objects, ${after.updates.length} updates`);
  return {
    number,
    folder: catalogFolder(state, number),
    isNew: !isSigned && !isPending,
    isSigned,
    diff,
    diffText: text,
    feeds: gathered.feeds,
    sites,
    unread: collected.unread,
    refused,
  };
};
