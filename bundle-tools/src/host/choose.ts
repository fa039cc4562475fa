import { readsSupport, supportFeed } from '../advisories/support.ts';
import { readsWhole, wholeFeed } from '../advisories/whole.ts';
import { firmwareKey, isAtLeast } from '../controllers/firmware-id.ts';
import { unpackDigests } from '../documents/digests.ts';
import type { InventoryLine } from '../documents/inventory.ts';
import type { RequestPlatform, SiteRequest } from '../documents/request.ts';
import { FIRMWARE } from '../updates/sources/firmware.ts';
import type { Unfulfilled, UnfulfilledReason, Update } from '../updates/update.ts';
import { ecosystemOf } from '../versions/ecosystem.ts';
import { compareKeys } from '../versions/key.ts';
import { streamedPackage } from '../versions/module-stream.ts';
import { packageOf, readPurl } from '../versions/purl.ts';
import { keyFor } from '../versions/scheme.ts';
import { catalogParts, chooseChain, partsByFeed } from './part-chain.ts';

// Chooses, from what a curator has signed, what one site gets. Pure: the same request and the same catalog give the
// same answer. What the site holds is never sent again; the bundle then relies on it.

/** The content of a signed catalog. */
export type CatalogContent = { readonly lines: ReadonlyArray<InventoryLine>; readonly updates: ReadonlyArray<Update> };

/** What goes to a site: line numbers of the inventory, and the wants that nothing answers. */
export type Choice = {
  readonly include: ReadonlyArray<number>;
  readonly reliesOn: ReadonlyArray<number>;
  readonly updates: ReadonlyArray<string>;
  readonly unfulfilled: ReadonlyArray<{ readonly reason: UnfulfilledReason; readonly wants: ReadonlyArray<number> }>;
};

/** The ecosystem of a platform: of its advisories, or for a vendor without any, its own name and release. */
export const platformEcosystem = (platform: { vendor: string; release: string }): string =>
  ecosystemOf(platform) ?? `${platform.vendor}:${platform.release}`;

/** Whether version `a` is above `b`; false when one of them cannot be compared. */
const isAbove = (ecosystem: string, a: string, b: string): boolean => {
  const [keyA, keyB] = [keyFor(ecosystem, a), keyFor(ecosystem, b)];
  return keyA !== null && keyB !== null && compareKeys(keyA, keyB) > 0;
};

const applies = (update: Update, platform: RequestPlatform, ecosystem: string): boolean =>
  update.ecosystem === ecosystem &&
  (update.arch === platform.arch || update.arch === 'all') &&
  update.suites.some((suite) => platform.suites.includes(suite));

/** The newest update of each package name that applies to a platform. */
const newestByName = (
  updates: ReadonlyArray<Update>,
  platform: RequestPlatform,
  ecosystem: string,
): Map<string, Update> => {
  const newest = new Map<string, Update>();
  for (const update of updates) {
    if (!applies(update, platform, ecosystem)) continue;
    const named = streamedPackage(update);
    const held = newest.get(named);
    if (held === undefined || isAbove(ecosystem, update.version, held.version)) newest.set(named, update);
  }
  return newest;
};

/** The updates that some device of the platform can take: newer than a version that is there. */
const needed = (updates: ReadonlyArray<Update>, platform: RequestPlatform): ReadonlyArray<Update> => {
  const ecosystem = platformEcosystem(platform);
  const newest = newestByName(updates, platform, ecosystem);
  const chosen = new Map<string, Update>();
  for (const { name, version } of platform.packages) {
    const update = newest.get(name);
    if (update !== undefined && isAbove(ecosystem, update.version, version)) chosen.set(update.id, update);
  }
  return [...chosen.values()];
};

/** Adds what the chosen updates depend on, unless every device of the platform has it in that version or above. */
const withDependencies = (
  chosen: ReadonlyArray<Update>,
  byId: ReadonlyMap<string, Update>,
  platform: RequestPlatform,
): ReadonlyArray<Update> => {
  const everywhere = new Map(
    platform.packages.filter((entry) => entry.all === 1).map((entry) => [entry.name, entry.version]),
  );
  const all = new Map(chosen.map((update) => [update.id, update]));
  const open = [...chosen];
  for (let update = open.pop(); update !== undefined; update = open.pop()) {
    for (const id of update.depends) {
      const wanted = byId.get(id);
      if (wanted === undefined || all.has(id)) continue;
      const present = everywhere.get(streamedPackage(wanted));
      const isThere =
        present !== undefined && (present === wanted.version || isAbove(wanted.ecosystem, present, wanted.version));
      if (isThere) continue;
      all.set(id, wanted);
      open.push(wanted);
    }
  }
  return [...all.values()];
};

/** The ecosystem and the package of a want of the kind `update`: `AlmaLinux:8/nodejs:18/nodejs`. */
export const splitUpdateWant = (id: string): { ecosystem: string; source: string } => {
  const at = id.indexOf('/');
  return { ecosystem: id.slice(0, Math.max(at, 0)), source: id.slice(at + 1) };
};

type WantAnswer = {
  readonly updates: ReadonlyArray<Update>;
  readonly objects: ReadonlyArray<string>;
  readonly isAnswered: boolean;
};
const nothing: WantAnswer = { updates: [], objects: [], isAnswered: false };

const answerWant = (
  request: SiteRequest,
  position: number,
  catalog: CatalogContent,
  byId: ReadonlyMap<string, Update>,
  feeds: ReadonlySet<string>,
  digests: ReadonlySet<string>,
): WantAnswer => {
  const want = request.wants[position];
  if (want === undefined) return nothing;
  if (want.kind === 'newer') {
    const platform = request.platforms[Number(want.id)];
    if (platform === undefined || !/^\d{1,6}$/.test(want.id)) return nothing;
    // Nothing newer is an answer too; whether a source covers the platform is what the build reports.
    return {
      ...nothing,
      updates: withDependencies(needed(catalog.updates, platform), byId, platform),
      isAnswered: true,
    };
  }
  // As with `newer`: the build says which suites no source has.
  if (want.kind === 'suite') return { ...nothing, isAnswered: true };
  if (want.kind === 'update') {
    const { ecosystem, source } = splitUpdateWant(want.id);
    const platforms = request.platforms.filter((platform) => platformEcosystem(platform) === ecosystem);
    const updates = platforms.flatMap((platform) => {
      const mine = needed(catalog.updates, platform).filter((update) => update.source === source);
      return withDependencies(mine, byId, platform);
    });
    const { min } = want;
    const isAnswered = updates.some(
      (update) => update.source === source && (min === undefined || !isAbove(ecosystem, min, update.source_version)),
    );
    return { ...nothing, updates, isAnswered };
  }
  // Whether a feed is about it is what the findings say.
  if (want.kind === 'coverage') return { ...nothing, isAnswered: true };
  if (want.kind === 'advisory') return { ...nothing, isAnswered: feeds.has(want.id) };
  if (want.kind === 'object')
    return digests.has(want.id) ? { ...nothing, objects: [want.id], isAnswered: true } : nothing;
  if (want.kind === 'product') {
    const { min } = want;
    const updates = catalog.updates.filter((update) => update.signer === 'sidecar' && update.name === want.id);
    return {
      ...nothing,
      updates,
      isAnswered:
        updates.length > 0 &&
        (min === undefined || updates.some((update) => !isAbove(update.ecosystem, min, update.version))),
    };
  }
  if (want.kind === 'firmware') {
    const key = firmwareKey(want.id);
    const { min } = want;
    const updates = catalog.updates.filter(
      ({ ecosystem, name, version }) =>
        ecosystem === FIRMWARE && firmwareKey(name) === key && (min === undefined || isAtLeast(version, min)),
    );
    return { ...nothing, updates, isAnswered: updates.length > 0 };
  }
  return nothing;
};

/**
 * Vendor files without suites go to every site that named them, or whose software they replace.
 */
const forSoftware = (request: SiteRequest, updates: ReadonlyArray<Update>): ReadonlyArray<Update> => {
  const installed = new Map<string, string[]>();
  for (const text of request.software) {
    const purl = readPurl(text);
    if (purl === undefined) continue;
    const name = packageOf(purl);
    installed.set(name, [...(installed.get(name) ?? []), purl.version]);
  }
  return updates.filter((update) => {
    if (update.suites.length > 0 || update.ecosystem === FIRMWARE) return false;
    const purl = readPurl(update.purl);
    const versions = purl === undefined ? [] : (installed.get(packageOf(purl)) ?? []);
    return versions.some((version) => version !== update.version);
  });
};

const groupReasons = (found: ReadonlyArray<{ reason: UnfulfilledReason; want: number }>): Choice['unfulfilled'] => {
  const groups = new Map<UnfulfilledReason, Set<number>>();
  for (const { reason, want } of found) groups.set(reason, (groups.get(reason) ?? new Set()).add(want));
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([reason, wants]) => ({ reason, wants: [...wants].sort((a, b) => a - b) }));
};

/** What the build of the catalog found for the same request: updates with the wants they answer, and gaps. */
export type Findings = {
  readonly updates: ReadonlyArray<{ readonly id: string; readonly wants: ReadonlyArray<number> }>;
  readonly gaps: ReadonlyArray<Unfulfilled>;
};

/** Chooses for one request. */
export const choose = (
  request: SiteRequest,
  catalog: CatalogContent,
  findings: Findings = { updates: [], gaps: [] },
  /** The label of the release that goes along. */
  release?: string,
): Choice => {
  const byId = new Map(catalog.updates.map((update) => [update.id, update]));
  const firstLine = new Map<string, number>();
  catalog.lines.forEach((line, index) => {
    if (!firstLine.has(line.sha256)) firstLine.set(line.sha256, index);
  });
  const feeds = new Map(partsByFeed(catalogParts(catalog.lines)));
  if (!request.reads.includes(readsSupport)) feeds.delete(supportFeed);
  if (!request.reads.includes(readsWhole)) feeds.delete(wholeFeed);
  const feedNames = new Set(feeds.keys());
  const digests = new Set(firstLine.keys());
  const updates = new Map<string, Update>();
  const wantedDigests = new Set<string>();
  const missing: { reason: UnfulfilledReason; want: number }[] = [];
  const gapOf = new Map<number, UnfulfilledReason[]>();
  for (const gap of findings.gaps)
    for (const want of gap.wants) gapOf.set(want, [...(gapOf.get(want) ?? []), gap.reason]);

  const answered = new Set<number>();
  for (const { id, wants } of findings.updates) {
    const update = byId.get(id);
    if (update === undefined) continue;
    updates.set(id, update);
    for (const want of wants) answered.add(want);
  }

  for (const [position, want] of request.wants.entries()) {
    const answer = answerWant(request, position, catalog, byId, feedNames, digests);
    for (const update of answer.updates) updates.set(update.id, update);
    for (const digest of answer.objects) wantedDigests.add(digest);
    const noted = gapOf.get(position) ?? [];
    // A whole platform may be answered in part; for one named update an answer completes it.
    if (!answer.isAnswered && !answered.has(position))
      for (const reason of noted.length > 0 ? noted : ['UNKNOWN' as const]) missing.push({ reason, want: position });
    else if (want.kind === 'newer' || want.kind === 'suite' || want.kind === 'coverage')
      for (const reason of noted) missing.push({ reason, want: position });
  }
  for (const update of forSoftware(request, catalog.updates)) updates.set(update.id, update);

  for (const update of updates.values()) {
    for (const digest of update.files) wantedDigests.add(digest);
    for (const text of [update.licence, update.notes]) if (text !== undefined) wantedDigests.add(text);
  }
  const wantedLines = new Set<number>();
  for (const digest of wantedDigests) {
    const line = firstLine.get(digest);
    if (line !== undefined) wantedLines.add(line);
  }
  for (const [feed, parts] of feeds) {
    for (const part of chooseChain(parts, request.cursors[feed])) {
      const line = firstLine.get(catalog.lines[part.line]?.sha256 ?? '');
      if (line !== undefined) wantedLines.add(line);
    }
  }
  const updatesLine = catalog.lines.findIndex((line) => line.path === 'updates.jsonl');
  if (updatesLine >= 0) wantedLines.add(firstLine.get(catalog.lines[updatesLine]?.sha256 ?? '') ?? updatesLine);

  // Notes to people are small and for everybody.
  for (const { kind, path, sha256 } of catalog.lines)
    if (kind === 'announcement' || (kind === 'release' && path === release))
      wantedLines.add(firstLine.get(sha256) ?? 0);

  const held = new Set(unpackDigests(Buffer.from(request.have, 'base64')));
  const sorted = [...wantedLines].sort((a, b) => a - b);
  const isHeld = (line: number): boolean => held.has(catalog.lines[line]?.sha256 ?? '');
  return {
    include: sorted.filter((line) => !isHeld(line)),
    reliesOn: sorted.filter(isHeld),
    updates: [...updates.keys()].sort(),
    unfulfilled: groupReasons(missing),
  };
};
