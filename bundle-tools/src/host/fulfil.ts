import { type BundlePlan, planBundle } from '../builder/plan-bundle.ts';
import type { Io } from '../cli/io.ts';
import { BundleError } from '../errors.ts';
import { listMedium } from '../media/find.ts';
import type { ReadBackSource } from '../media/read-back.ts';
import { rmSync } from '../person/files.ts';
import { randomBytes, toTime } from '../platform/ambient.ts';
import { defined } from '../platform/defined.ts';
import { releasePath } from '../release/release-file.ts';
import type { Unfulfilled } from '../updates/update.ts';
import { scanObjects } from './antivirus.ts';
import { publishSigned } from './catalog-sign.ts';
import { type Catalog, findPendingCatalog, pendingFolders, readCatalogHead, signedCatalog } from './catalogs.ts';
import { type Choice, choose, type Findings } from './choose.ts';
import { claimedVersions } from './claimed-versions.ts';
import { type CoverageAnswer, coverageAnswers, coverageGaps } from './coverage.ts';
import { recordCustody } from './custody.ts';
import { listFeeds } from './feeds.ts';
import { checkFitToLeave } from './fit-to-leave.ts';
import { keepBundle } from './kept-bundles.ts';
import { daysAfter, lifetimeDays } from './lifetimes.ts';
import { objectStore } from './objects.ts';
import { type OnlineKeys, readOnlineKeys } from './online-keys.ts';
import { signOnlineMetadata } from './online-metadata.ts';
import { peekBundle } from './peek-bundle.ts';
import { type Rebuilt, rebuild } from './rebuild.ts';
import type { OpenedRequest } from './requests.ts';
import { checkAnswer } from './self-check.ts';
import { findSitePlan } from './site-plan.ts';
import { getSite, keptBundles, type Site, type SiteRecord, writeRecord } from './sites.ts';
import type { HostState } from './state.ts';
import { getNewest, type Published, rootsFrom } from './trust-files.ts';
import { type PlacedVolume, placeVolumes } from './write-volumes.ts';

/** The volumes that a request asks for again, by their bundle. */
const wantedVolumes = ({ request }: Pick<OpenedRequest, 'request'>): ReadonlyMap<string, ReadonlyArray<number>> => {
  const wanted = new Map<string, number[]>();
  for (const { kind, id, n } of request.wants)
    if (kind === 'volume' && n !== undefined) wanted.set(id, [...(wanted.get(id) ?? []), n]);
  return wanted;
};

/**
 * Answers a request for volumes of bundles that the site waits for with the same volumes, bit by bit. Undefined when it
 * asks for none, or for one that this host cannot make again: then a new bundle brings what is missing.
 */
const rebuildWanted = async (
  options: {
    readonly state: HostState;
    readonly media: string;
    readonly io: Io;
    readonly nowMs: number;
    readonly person: number;
  },
  opened: OpenedRequest,
): Promise<ReadonlyArray<Rebuilt> | undefined> => {
  const wanted = wantedVolumes(opened);
  if (wanted.size === 0) return undefined;
  const { bundles } = opened.site.record;
  const own = new Set(bundles.map((bundle) => bundle.bundle_id));
  const rebuilt: Rebuilt[] = [];
  for (const [bundleId, numbers] of wanted) {
    // Another site's bundle is nothing to hand out here.
    if (!own.has(bundleId)) return undefined;
    try {
      rebuilt.push(await rebuild({ ...options, bundleId, numbers }));
    } catch (error) {
      if (!(error instanceof BundleError) || !['NOT_FOUND', 'STORE_IO', 'USAGE'].includes(error.code)) throw error;
      options.io.note(`site ${opened.request.site}: ${error.message}; a new bundle answers instead`);
      return undefined;
    }
  }
  return rebuilt;
};

/** Refuses to answer with a catalog that is behind what the site holds: it would have to refuse the bundle. ROLLBACK. */
const checkTargets = ({ request }: Pick<OpenedRequest, 'request'>, targetsVersion: number): void => {
  if (request.tuf.targets <= targetsVersion) return;
  throw new BundleError(
    'ROLLBACK',
    `site ${request.site} holds targets ${request.tuf.targets}, this host has ${targetsVersion}: it went back to a backup. Run catalog build and have a curator sign; the catalog then goes above`,
  );
};

// `fulfil`: chooses per site from what curators have signed, signs snapshot, timestamp and manifest, and writes bundles.

type UnreadSources = {
  readonly catalog: number;
  readonly sources: ReadonlyArray<{ readonly source: string; readonly code: string; readonly message: string }>;
};

/** One bundle that went to a medium. */
export type Fulfilled = {
  readonly site: string;
  readonly request: number;
  readonly bundleId: string;
  readonly seq: number;
  readonly path: string;
  readonly readBack: ReadBackSource;
  readonly bytes: number;
  readonly sha256: string;
  readonly volumes: ReadonlyArray<PlacedVolume>;
  /** Volumes for which this medium had no room; `rebuild` writes them to the next. */
  readonly left: ReadonlyArray<number>;
  readonly objects: number;
  readonly objectBytes: number;
  readonly updates: number;
  readonly reliesOn: number;
  readonly unfulfilled: Choice['unfulfilled'];
  readonly gaps: ReadonlyArray<Unfulfilled>;
  /** What the site cannot judge, and what this bundle brings for it. */
  readonly coverage: ReadonlyArray<CoverageAnswer>;
  /** Sources that were not read when the catalog for its request was built; undefined where none was built. */
  readonly unread?: UnreadSources;
  readonly warnings: ReadonlyArray<string>;
};

type FulfilOptions = {
  readonly state: HostState;
  readonly media: string;
  readonly requests: ReadonlyArray<OpenedRequest>;
  readonly io: Io;
  readonly nowMs: number;
  readonly person: number;
  /** The version of the release that goes along, to every site that is answered. */
  readonly release?: string | undefined;
  /** The most that a volume may have, over what the site asks for. */
  readonly volumeBytes?: number;
};
type Signed = {
  readonly catalog: Catalog & { readonly targets: Published };
  readonly keys: OnlineKeys;
  readonly snapshot: Published;
  readonly timestamp: Published;
  readonly pending: Catalog | undefined;
};

const gzipFromBytes = 64 * 1024;

/** Wants that a catalog which waits for a curator would answer. */
const notApproved = (
  opened: OpenedRequest,
  findings: Findings,
  signed: Catalog,
  pending: Catalog | undefined,
): Findings => {
  if (pending === undefined) return findings;
  const known = new Set(signed.updates.map((update) => update.id));
  const waiting = findings.updates.filter(
    ({ id }) => !known.has(id) && pending.updates.some((update) => update.id === id),
  );
  const wants = [...new Set(waiting.flatMap((update) => update.wants))].sort((a, b) => a - b);
  const positions = wants.filter((want) => opened.request.wants[want] !== undefined);
  if (positions.length === 0) return findings;
  const gap: Unfulfilled = {
    reason: 'NOT_APPROVED',
    wants: positions,
    what: `catalog ${pending.number}`,
    detail: 'waits for a curator',
  };
  return { ...findings, gaps: [...findings.gaps, gap] };
};

/** Without a build for the request nothing tells whether a source has the suites that it follows. */
const unseenSuites = ({ wants }: OpenedRequest['request']): Unfulfilled[] => {
  const positions = wants.flatMap(({ kind }, position) => (kind === 'suite' ? [position] : []));
  if (positions.length === 0) return [];
  return [
    {
      reason: 'UNKNOWN',
      wants: positions,
      what: 'suites',
      detail: 'no catalogue was built for this request: catalog build',
    },
  ];
};

const chooseFor = (
  { state, release }: Pick<FulfilOptions, 'state' | 'release'>,
  opened: OpenedRequest,
  signed: Signed,
): Pick<Fulfilled, 'gaps' | 'coverage' | 'unread'> & { choice: Choice } => {
  const plan = findSitePlan(opened.site, opened.digest);
  const found: Findings =
    plan === undefined
      ? { updates: [], gaps: unseenSuites(opened.request) }
      : { updates: plan.updates, gaps: plan.gaps };
  const findings = notApproved(opened, found, signed.catalog, signed.pending);
  const coverage = coverageAnswers(opened.request, listFeeds(state), signed.catalog.lines);
  const missing = coverageGaps(opened.request, coverage);
  const choice = choose(
    opened.request,
    signed.catalog,
    { ...findings, gaps: [...findings.gaps, ...missing] },
    release === undefined ? undefined : releasePath(release),
  );
  const unread = plan?.unread === undefined ? undefined : { catalog: plan.catalog, sources: plan.unread };
  return { choice, gaps: findings.gaps, coverage, ...defined({ unread }) };
};

const reserveSeq = (site: Site, request: OpenedRequest['request']): { record: SiteRecord; seq: number } => {
  // Above what the site holds too: this host may have been restored from a backup.
  const seq = Math.max(site.record.seq, request.state.seq) + 1;
  const record = { ...site.record, seq };
  writeRecord(site.folder, record);
  return { record, seq };
};

const planFor = (
  options: FulfilOptions,
  opened: OpenedRequest,
  signed: Signed,
  choice: Choice,
  record: SiteRecord,
): BundlePlan => {
  const { request, digest } = opened;
  const { catalog } = signed;
  const volumeBytes = options.volumeBytes ?? request.media.volume_bytes;
  return planBundle({
    bundleId: Buffer.from(randomBytes(16)).toString('hex'),
    site: request.site,
    request: { requestId: request.request_id, digest, nonce: request.nonce },
    seq: record.seq,
    ...defined({ prevBundle: record.last_bundle }),
    issuedAt: toTime(options.nowMs),
    expires: daysAfter(options.nowMs, lifetimeDays.bundle),
    tuf: {
      root: getNewest(options.state, 'root').bytes,
      roots: rootsFrom(options.state, request.tuf.root + 1).map((root) => root.bytes),
      timestamp: signed.timestamp.bytes,
      snapshot: signed.snapshot.bytes,
      targets: catalog.targets.bytes,
    },
    policy: catalog.policy,
    inventory: {
      catalog: catalog.number,
      bytes: catalog.inventory,
      encoding: catalog.inventory.length > gzipFromBytes ? 'gzip' : 'identity',
    },
    include: choice.include,
    reliesOn: choice.reliesOn,
    unfulfilled: choice.unfulfilled.map(({ reason, wants }) => ({ reason, wants: [...wants] })),
    receiptSeen: record.receipt?.number ?? 0,
    ...(volumeBytes > 0 ? { volumeBytes } : {}),
    sign: [signed.keys.fulfil],
  });
};

/** Takes earlier bundles for the same site off the medium: two candidates would make an import ambiguous. */
const dropOlderBundles = async (media: string, site: SiteRecord, keep: string, io: Io): Promise<void> => {
  const older = site.bundles.filter((bundle) => bundle.bundle_id !== keep);
  const own = new Set(older.flatMap((bundle) => [bundle.file, ...(bundle.volumes ?? []).map(({ file }) => file)]));
  for (const file of listMedium(media)) {
    if (file.kind !== 'tar' || !own.has(file.name)) continue;
    const { manifest } = await peekBundle(file.path);
    if (manifest.site !== site.site || !older.some((bundle) => bundle.bundle_id === manifest.bundle_id)) continue;
    rmSync(file.path);
    io.note(`removed ${file.name}, an earlier bundle for site ${site.site}`);
  }
};

const entryOf = (plan: BundlePlan, volumes: ReadonlyArray<PlacedVolume>, requestId: string) => {
  const { manifest } = plan;
  const [first] = volumes;
  if (first === undefined) throw new BundleError('INTERNAL', 'no volume was built');
  return {
    bundle_id: manifest.bundle_id,
    seq: manifest.seq,
    request_id: requestId,
    catalog: manifest.inventory.catalog,
    issued_at: manifest.issued_at,
    file: first.file,
    bytes: volumes.reduce((sum, { bytes }) => sum + bytes, 0),
    sha256: first.sha256,
    ...(volumes.length === 1
      ? {}
      : { volumes: volumes.map(({ n, file, bytes, sha256 }) => ({ n, file, bytes, sha256 })) }),
  };
};

/** Before anything is signed, the antivirus looks at what leaves; true when it looked and found nothing. */
const demandClean = async ({ state, io }: FulfilOptions, { catalog }: Signed, choice: Choice): Promise<boolean> => {
  const lines = new Map(
    choice.include.flatMap((at) => catalog.lines[at] ?? []).map((line) => [line.sha256, line.path]),
  );
  const objects = objectStore(state.objects);
  const scanned = await scanObjects(state, lines.keys(), io);
  const [refused] = scanned?.refused ?? [];
  if (refused !== undefined)
    throw new BundleError(
      'SCAN',
      `${lines.get(refused.sha256) ?? refused.sha256}: ${refused.reason}; a new catalog leaves it out: catalog build`,
    );
  for (const [sha256, path] of lines)
    if (!objects.has(sha256))
      throw new BundleError(
        'NOT_FOUND',
        `${path} is not in the store any more; a new catalog leaves it out: catalog build`,
      );
  return scanned !== undefined && lines.size > 0;
};

/**
 * A site whose time is certainly later than what is signed here is valid for could take nothing: said before a bundle is made, with
 * both times. CLOCK_SUSPECT.
 */
const demandTime = ({ request }: OpenedRequest, { catalog, snapshot, timestamp }: Signed, nowMs: number): void => {
  const [ends = ''] = [snapshot, timestamp, catalog.targets].map(({ described }) => described.expires).sort();
  if (request.floor < ends) return;
  throw new BundleError(
    'CLOCK_SUSPECT',
    `site ${request.site} is certain that it is not before ${request.floor}, and this host's clock says ${toTime(nowMs)}: what is signed now ends ${ends}, and the site would refuse it. Compare the two clocks. Is the site wrong, two persons run \`sallyport clock back\` there and write a new request; is this host wrong, set its clock`,
  );
};

const fulfilOne = async (options: FulfilOptions, opened: OpenedRequest, signed: Signed): Promise<Fulfilled> => {
  const { state, media, io, nowMs } = options;
  const site = getSite(state, opened.site.record.site);
  demandTime(opened, signed, nowMs);
  const { choice, gaps, coverage, unread } = chooseFor(options, opened, signed);
  const wasScanned = await demandClean(options, signed, choice);
  const { record, seq } = reserveSeq(site, opened.request);
  const plan = planFor(options, opened, signed, choice, record);
  const { manifest } = plan;
  const warnings = new Set<string>();
  const check = async (path: string, n: number): Promise<void> => {
    const verdict = await checkAnswer({ state, path, n, nowMs, io }, opened.request, opened.digest);
    for (const code of verdict.warnings) warnings.add(code);
  };
  // First of all: whatever ends this command, what lies on the medium can be made again and finished.
  keepBundle(
    site,
    plan,
    record.bundles.map((bundle) => bundle.bundle_id),
  );
  const volumes = await placeVolumes(
    { state, plan, media, io, check, isKept: false },
    manifest.volumes.map(({ n }) => n),
  );
  const entry = entryOf(plan, volumes, opened.request.request_id);
  const next = {
    ...record,
    last_bundle: manifest.bundle_id,
    bundles: [...record.bundles, entry].slice(-keptBundles),
  };
  const placed = volumes.filter(({ path }) => path !== undefined);
  for (const { sha256 } of placed)
    recordCustody({
      site,
      person: options.person,
      media,
      sha256,
      at: toTime(nowMs),
      key: signed.keys.fulfil,
      wasScanned,
    });
  writeRecord(site.folder, next);
  await dropOlderBundles(media, next, manifest.bundle_id, io);
  const [first] = placed;
  return {
    site: record.site,
    request: opened.request.number,
    bundleId: manifest.bundle_id,
    seq,
    path: first?.path ?? '',
    readBack: first?.readBack ?? 'memory',
    bytes: entry.bytes,
    sha256: entry.sha256,
    volumes,
    left: volumes.filter(({ path }) => path === undefined).map(({ n }) => n),
    objects: manifest.totals.objects,
    objectBytes: manifest.totals.bytes,
    updates: choice.updates.length,
    reliesOn: choice.reliesOn.length,
    unfulfilled: choice.unfulfilled,
    gaps,
    coverage,
    ...defined({ unread }),
    warnings: [...warnings],
  };
};

/** Publishes what curators have signed since; returns the newest catalog that still waits for them. */
const takeSigned = (state: HostState): Catalog | undefined => {
  for (const folder of pendingFolders(state))
    if (readCatalogHead(folder).targets_version > getNewest(state, 'targets').version) publishSigned(state, folder);
  return findPendingCatalog(state);
};

/** A site that got nothing, and why. */
type FailedSite = { readonly site: string; readonly code: BundleError['code']; readonly message: string };
type FulfilOutcome = {
  readonly bundles: ReadonlyArray<Fulfilled>;
  /** Volumes of earlier bundles that sites asked for again. */
  readonly rebuilt: ReadonlyArray<Rebuilt>;
  readonly failed: ReadonlyArray<FailedSite>;
};

/** Answers requests: one bundle per site, each checked by our own importer before it reaches the medium. */
export const fulfil = async (options: FulfilOptions): Promise<FulfilOutcome> => {
  const { state, nowMs, requests } = options;
  const pending = takeSigned(state);
  checkFitToLeave(state, nowMs);
  if (pending !== undefined) options.io.note(`catalog ${pending.number} waits for a curator; what it adds is left out`);
  const catalog = signedCatalog(state);
  const { release } = options;
  if (release !== undefined && !catalog.lines.some(({ path }) => path === releasePath(release)))
    throw new BundleError(
      'NOT_FOUND',
      `no signed catalog has release ${release}; release add FILE, then catalog build, catalog sign`,
    );
  const keys = readOnlineKeys(state);
  const { floor, burned, ahead } = claimedVersions(
    state,
    requests.map(({ request }) => request),
  );
  for (const line of ahead) options.io.note(line);
  const { snapshot, timestamp } = signOnlineMetadata({ state, targets: catalog.targets, keys, nowMs, floor });
  const done: Fulfilled[] = [];
  const rebuilt: Rebuilt[] = [];
  const failed: FailedSite[] = [];
  for (const opened of requests) {
    try {
      const reason = burned.get(opened.request.site);
      if (reason !== undefined) throw new BundleError('ROLLBACK', reason);
      checkTargets(opened, catalog.targets.version);
      const again = await rebuildWanted(options, opened);
      if (again !== undefined) {
        rebuilt.push(...again);
        continue;
      }
      done.push(await fulfilOne(options, opened, { catalog, keys, snapshot, timestamp, pending }));
    } catch (error) {
      // One site's trouble does not keep the others waiting; alone it is the command's own failure.
      if (requests.length === 1 || !(error instanceof BundleError)) throw error;
      failed.push({ site: opened.request.site, code: error.code, message: error.message });
    }
  }
  return { bundles: done, rebuilt, failed };
};
