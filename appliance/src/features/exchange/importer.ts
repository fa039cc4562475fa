import { hasDigest, unpackDigests } from '@sallyport/bundle-tools/documents/digests';
import { ImportRefusal, type ImportVerdict } from '@sallyport/bundle-tools/importer/verdict';
import { randomBytes, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { Actor } from '../../engine/objects/types.ts';
import { immediate } from '../../platform/database.ts';
import type { FeedState } from '../vulnerabilities/types.ts';
import { feedsIn, type ObjectPlace, planFeeds, readUpdates, sizesOf } from './catalog.ts';
import { commitState, type Pin, type ReceiptContext, recordOutcome } from './commit-bundle.ts';
import { custodyReader } from './custody.ts';
import { trustedRoot } from './import-context.ts';
import { takeImportLock } from './import-lock.ts';
import { type ImportPlan, planImport } from './import-summary.ts';
import type { ImporterParts } from './importer-parts.ts';
import { tidyPartials } from './partials.ts';
import { readVolumes, type VolumesRead } from './read-volumes.ts';
import { operatorOf } from './receipts.ts';
import { cleanUp } from './recover.ts';
import { asRefusal } from './refusal.ts';
import { requireState } from './request-builder.ts';
import { dropStaging, giveUpSpare, keepSpare, keepStaged, makeStaging } from './staging.ts';
import type { ImportOptions, ImportReport, ImportResult, ImportSummary, ScanOutcome } from './types.ts';
import { unreferencedStore } from './unreferenced-store.ts';

// Refusals that say nothing about a bundle: no receipt leaves the site for an empty medium.
const WITHOUT_RECEIPT: ReadonlySet<string> = new Set(['NO_BUNDLE', 'AMBIGUOUS', 'NOT_REGULAR', 'NOT_FOUND']);

/** A refusal whose receipt is written: what is thrown from there on must not be recorded once more. */
class RecordedRefusal extends Error {
  readonly refusal: ImportRefusal;

  constructor(refusal: ImportRefusal) {
    super(refusal.message, { cause: refusal });
    this.name = 'RecordedRefusal';
    this.refusal = refusal;
  }
}

type Run = {
  readonly importId: number;
  readonly actor: Actor;
  readonly folder: string;
  readonly receipt: ReceiptContext;
  readonly pin: Pin | undefined;
  readonly signal: AbortSignal | undefined;
  /** Whether the store had an object when this import began. */
  readonly heldBefore: (sha256: string) => boolean;
  readonly report: (step: ImportReport['step'], doneBytes?: number, totalBytes?: number) => void;
};

// D8.
const finish = (parts: ImporterParts, run: Run, summary: ImportSummary): void => {
  const { store, clock } = parts;
  dropStaging(run.folder);
  parts.vulnerabilities.tidySnapshots();
  store.journal(run.importId, { state: 'done', at: toTime(clock()), summary });
};

/** The last look before the commit, by this process itself: everything that the bundle needs is in the store. */
const demandObjects = (parts: ImporterParts, { needs }: ImportPlan): void => {
  const absent = unpackDigests(needs.digests).filter((sha256) => !parts.objects.has(sha256));
  if (absent.length > 0)
    throw new ImportRefusal('INTERNAL', `${absent.length} objects are reported and not there, ${absent[0]} among them`);
};

const PARSED: ReadonlySet<string> = new Set(['document', 'advisory', 'announcement']);

/**
 * What this program itself will parse is hashed once more. Objects were taken while the child was alive, and a process
 * that was taken over could have gone on writing to a file that it had handed over; now it has ended.
 */
const demandIntact = async (parts: ImporterParts, { lines, needs }: ImportPlan): Promise<void> => {
  const fresh = new Set(unpackDigests(needs.fresh));
  for (const { sha256, kind } of lines) {
    if (!PARSED.has(kind) || !fresh.delete(sha256)) continue;
    if (await parts.objects.isIntact(sha256)) continue;
    parts.objects.remove(sha256);
    throw new ImportRefusal('INTERNAL', `object ${sha256} was changed after it had been handed over`);
  }
};

/**
 * State 11: the antivirus scans what the bundle needs and was not scanned before: what an interrupted import left in the
 * store counts as held, and was not scanned. What it finds leaves the store.
 */
const scanObjects = async (parts: ImporterParts, run: Run, plan: ImportPlan): Promise<ScanOutcome | undefined> => {
  if (parts.scan === undefined) return undefined;
  run.report('scan');
  const needed = new Set(unpackDigests(plan.needs.digests));
  const files = plan.lines.flatMap(({ sha256, path }) =>
    needed.delete(sha256) ? [{ sha256, path: parts.objects.path(sha256), label: path }] : [],
  );
  const outcome = await parts.scan(files, run.signal);
  for (const sha256 of outcome?.infected ?? []) parts.objects.remove(sha256);
  return outcome;
};

type Built = { readonly snapshot: number; readonly feeds: FeedState[]; readonly advisories: number };

const buildAdvisories = async (
  parts: ImporterParts,
  run: Run,
  verdict: ImportVerdict,
  feedParts: ReturnType<typeof planFeeds>['parts'],
): Promise<Built> => {
  const { store, vulnerabilities, clock } = parts;
  const { snapshot, snapshot_previous: previous } = requireState(store);
  if (feedParts.length === 0) return { snapshot, feeds: [], advisories: 0 };
  run.report('advisories');
  // Above both: after going back one inventory the newer of them is the previous one.
  const number = Math.max(snapshot, previous) + 1;
  store.journal(run.importId, { state: 'stored', at: toTime(clock()), snapshot: number });
  let advisories = 0;
  const feeds = await vulnerabilities.buildSnapshot({
    number,
    parts: feedParts,
    capturedAt: verdict.manifest.issued_at,
    onProgress: (count) => {
      advisories = count;
      run.report('advisories', count);
    },
  });
  return { snapshot: number, feeds, advisories };
};

/** After the child's verdict: look once more, scan, build the snapshot, commit, match, clean. */
const complete = async (
  parts: ImporterParts,
  run: Run,
  verdict: ImportVerdict,
  plan: ImportPlan,
): Promise<ImportResult> => {
  const { store, objects, clock } = parts;
  const at = (): string => toTime(clock());
  demandObjects(parts, plan);
  await demandIntact(parts, plan);
  const { inventory } = verdict;
  if (!objects.has(inventory.sha256)) await objects.adopt(inventory.path, inventory.sha256);
  const scanned = await scanObjects(parts, run, plan);
  if (scanned !== undefined && scanned.scan.verdict !== 'clean') {
    const outcome = await recordRefusal(parts, run, new ImportRefusal('SCAN', scanned.words), {
      verdict,
      scan: scanned.scan,
    });
    throw outcome;
  }
  store.journal(run.importId, { state: 'stored', at: at() });

  const place: ObjectPlace = (sha256) => (objects.has(sha256) ? objects.path(sha256) : undefined);
  const cursors = new Map(store.feeds().map(({ feed, cursor }) => [feed, cursor]));
  const feeds = planFeeds(plan.lines, cursors, place);
  const updates = readUpdates(plan.lines, place);
  const built = await buildAdvisories(parts, run, verdict, feeds.parts);
  store.journal(run.importId, { state: 'built', at: at() });

  run.report('switch');
  const summary: ImportSummary = {
    ...plan.summary,
    advisories: built.advisories,
    updates: updates?.length ?? 0,
    feeds: built.feeds.map(({ feed, cursor, newest }) => ({
      feed,
      cursor,
      ...defined({ newest }),
    })),
  };
  const receipt = commitState(parts, {
    importId: run.importId,
    actor: run.actor,
    verdict,
    summary,
    receipt: run.receipt,
    ...(run.pin ? { pinnedRoot: run.pin } : {}),
    updates: updates ? { list: updates, sizes: sizesOf(plan.lines) } : undefined,
    feeds: built.feeds,
    confirmedFeeds: feeds.confirmed,
    catalogFeeds: feedsIn(plan.lines),
    snapshot: built.snapshot,
    referenced: new Set(plan.lines.map(({ sha256 }) => sha256)),
    approved: plan.lines.flatMap(({ path, sha256, approval }) =>
      approval === undefined ? [] : [{ path, sha256, approval }],
    ),
    catalogue: { lines: plan.lines, place, isWhole: !verdict.broadcast },
    ...defined({ scan: scanned?.scan }),
  });

  run.report('match');
  const findings = built.feeds.length > 0 ? parts.vulnerabilities.rematch() : undefined;
  const unread = built.feeds.length > 0 ? parts.vulnerabilities.unreadEcosystems() : [];
  const whole: ImportSummary = { ...summary, ...defined({ findings }), ...(unread.length > 0 ? { unread } : {}) };
  finish(parts, run, whole);
  run.report('done');
  return { result: 'imported', receipt, summary: whole };
};

const repeat = (parts: ImporterParts, run: Run, verdict: ImportVerdict): ImportResult => {
  const { store, events, clock } = parts;
  immediate(parts.db, () => {
    events.record('bundle-repeated', {
      actor: `${run.actor.type}:${run.actor.id}`,
      params: { bundleId: verdict.bundleId },
    });
    store.journal(run.importId, {
      state: 'done',
      at: toTime(clock()),
      bundleId: verdict.bundleId,
      seq: verdict.seq,
      code: 'ALREADY_IMPORTED',
    });
  });
  dropStaging(run.folder);
  return { result: 'already', bundleId: verdict.bundleId, receipt: Number(verdict.alreadyImported?.receipt ?? 0) };
};

/** D6: what verified is in the store and a receipt says what is missing; nothing else changes. */
const waitForVolumes = (parts: ImporterParts, run: Run, verdict: ImportVerdict, plan: ImportPlan): ImportResult => {
  const { waiting, clock } = parts;
  const { summary, needs } = plan;
  const { volumes } = verdict.manifest;
  const before = waiting.find(verdict.bundleId);
  const missing = new Set(verdict.missingVolumes);
  const sum = (list: typeof volumes): number => list.reduce((bytes, volume) => bytes + volume.bytes, 0);
  const receipt = immediate(parts.db, () => {
    const isNews = before === undefined || before.missing.join() !== verdict.missingVolumes.join();
    const number = isNews
      ? recordOutcome(parts, {
          ...run,
          result: 'partial',
          code: 'VOLUMES_MISSING',
          message: `${summary.seenVolumes.length} of ${volumes.length} volumes are here, missing ${verdict.missingVolumes.join(', ')}`,
          newRoots: verdict.newRoots,
          verdict: { ...verdict, counts: summary.counts },
        })
      : before.receipt;
    unreferencedStore(parts.db).dropAll(new Set(unpackDigests(needs.digests)));
    waiting.put({
      bundleId: verdict.bundleId,
      seq: verdict.seq,
      requestId: verdict.requestId ?? null,
      volumes: volumes.length,
      missing: verdict.missingVolumes,
      bytes: sum(volumes),
      missingBytes: sum(volumes.filter(({ n }) => missing.has(n))),
      ...needs,
      receipt: number,
      at: toTime(clock()),
    });
    return number;
  });
  return { result: 'partial', receipt, summary };
};

/** D9: what verified is in the store; drops the rest, writes the receipt. Returns the refusal. */
const recordRefusal = async (
  parts: ImporterParts,
  run: Run,
  refusal: ImportRefusal,
  known: { verdict?: ImportVerdict; scan?: ScanOutcome['scan'] } = {},
): Promise<RecordedRefusal> => {
  try {
    giveUpSpare(run.folder);
    await keepStaged(run.folder, parts.objects);
    dropStaging(run.folder);
    parts.vulnerabilities.tidySnapshots();
    if (WITHOUT_RECEIPT.has(refusal.code)) {
      parts.store.journal(run.importId, {
        state: 'refused',
        at: toTime(parts.clock()),
        code: refusal.code,
        message: refusal.message,
      });
    } else {
      recordOutcome(parts, {
        ...run,
        result: 'refused',
        code: refusal.code,
        message: refusal.message,
        // Roots of a chain that was not taken in the end must not follow the one in force.
        newRoots: run.pin?.replaces ? [] : refusal.newRoots,
        missing: refusal.missing,
        ...known,
      });
    }
    return new RecordedRefusal(refusal);
  } catch (failure) {
    // No room even for the receipt: that is the answer then, and the next import or start closes what is open.
    return new RecordedRefusal(asRefusal(failure));
  }
};

/** A person or the end of the server stopped it: no verdict on the bundle, so no receipt. */
const interrupt = async (parts: ImporterParts, run: Run, error: unknown): Promise<never> => {
  giveUpSpare(run.folder);
  await keepStaged(run.folder, parts.objects);
  dropStaging(run.folder);
  parts.vulnerabilities.tidySnapshots();
  parts.store.journal(run.importId, { state: 'interrupted', at: toTime(parts.clock()), message: 'stopped' });
  throw error;
};

const reporter =
  (options: ImportOptions): Run['report'] =>
  (step, doneBytes = 0, totalBytes = 0) =>
    options.onProgress?.({ step, doneBytes, totalBytes });

/** The clock as it is now, for all volumes of one import: set back meanwhile, it makes no difference (section 7). */
const readOnce = ({ wall }: ImporterParts): (() => number) => {
  const nowMs = wall();
  return () => nowMs;
};

const stagingName = (): string => `import-${Buffer.from(randomBytes(8)).toString('hex')}`;

const heldNow = (parts: ImporterParts): { held: string[]; isHeld: (sha256: string) => boolean } => {
  const held = [...parts.objects.list()].map(({ sha256 }) => sha256);
  const known = new Set(held);
  return { held, isHeld: (sha256) => known.has(sha256) };
};

const dryRun = async (
  parts: ImporterParts,
  paths: readonly string[],
  options: ImportOptions,
  pin: Pin | undefined,
): Promise<ImportResult> => {
  const folder = makeStaging(parts.paths.staging, stagingName());
  try {
    const { held, isHeld } = heldNow(parts);
    const read = { parts: { ...parts, wall: readOnce(parts) }, folder, options, pin, held };
    const { verdict } = await readVolumes(paths, read);
    if (verdict.alreadyImported)
      return { result: 'already', bundleId: verdict.bundleId, receipt: Number(verdict.alreadyImported.receipt) };
    const waiting = parts.waiting.find(verdict.bundleId);
    // Volumes that came before are not asked for again.
    const missingVolumes = verdict.missingVolumes.filter((n) => waiting?.missing.includes(n) ?? true);
    return { result: 'checked', summary: planImport(parts, { ...verdict, missingVolumes }, isHeld).summary };
  } finally {
    dropStaging(folder);
  }
};

/** What the child handed over and the bundle does not need: it is not signed for, so the child is not to be believed. */
const refuseStrangers = (parts: ImporterParts, run: Run, { needs }: ImportPlan, taken: ReadonlySet<string>): void => {
  const strangers = [...taken].filter((sha256) => !hasDigest(needs.digests, sha256));
  if (strangers.length === 0) return;
  for (const sha256 of strangers) if (!run.heldBefore(sha256)) parts.objects.remove(sha256);
  throw new ImportRefusal('INTERNAL', `the import process handed over ${strangers.length} objects that are not listed`);
};

const importRead = async (
  parts: ImporterParts,
  run: Run,
  { verdict, refusals, taken }: VolumesRead,
): Promise<ImportResult> => {
  if (verdict.alreadyImported) return repeat(parts, run, verdict);
  parts.store.journal(run.importId, {
    state: 'verified',
    at: toTime(parts.clock()),
    bundleId: verdict.bundleId,
    seq: verdict.seq,
  });
  const planned = planImport(parts, verdict, run.heldBefore);
  refuseStrangers(parts, run, planned, taken);
  const ignored = refusals.map(({ code, message }) => ({ code, message: message.slice(0, 500) }));
  const plan = ignored.length === 0 ? planned : { ...planned, summary: { ...planned.summary, ignored } };
  if (verdict.missingVolumes.length === 0) return complete(parts, run, verdict, plan);
  const result = waitForVolumes(parts, run, verdict, plan);
  const [bad] = refusals;
  // The others are taken; the one that was bad is what the person must hear of.
  if (bad !== undefined) throw bad;
  finish(parts, run, plan.summary);
  return result;
};

const wetRun = async (
  parts: ImporterParts,
  actor: Actor,
  paths: readonly string[],
  options: ImportOptions,
  pin: Pin | undefined,
): Promise<ImportResult> => {
  const { store, clock } = parts;
  // What an import before left half-done is finished or dropped first: this one builds on a whole state.
  await cleanUp(parts);
  const startedAt = toTime(clock());
  const name = stagingName();
  const importId = store.startImport(name, `${actor.type}:${actor.id}`, startedAt);
  const folder = makeStaging(parts.paths.staging, name);
  const { held, isHeld } = heldNow(parts);
  const run: Run = {
    importId,
    actor,
    folder,
    pin,
    signal: options.signal,
    heldBefore: isHeld,
    report: reporter(options),
    receipt: {
      keys: parts.keys(),
      startedAt,
      ...parts.applied,
      devices: parts.devices,
      custody: custodyReader({
        paths,
        keys: parts.keys(),
        operator: operatorOf(actor),
        isNaming: parts.isNaming,
      }),
      overrides:
        options.acceptStale === undefined
          ? []
          : [{ code: 'STALE', reason: options.acceptStale, operator: operatorOf(actor) }],
    },
  };
  try {
    keepSpare(folder);
    const read = { parts: { ...parts, wall: readOnce(parts) }, folder, options, pin, held };
    return await importRead(parts, run, await readVolumes(paths, read));
  } catch (error) {
    // After the commit the bundle is in force, whatever fails then: the next start finishes the cleaning.
    if (store.import(importId)?.state === 'flipped') throw error;
    if (error instanceof RecordedRefusal) throw error.refusal;
    if (options.signal?.aborted) return await interrupt(parts, run, error);
    throw (await recordRefusal(parts, run, asRefusal(error))).refusal;
  }
};

/**
 * Imports a bundle under the lock of the data directory; the paths are files, folders or media with volumes of one
 * bundle. Throws ImportRefusal with the code of the bundle format; a
 * refusal has its receipt and event and otherwise leaves the site as it was.
 */
export const runImport = async (
  parts: ImporterParts,
  actor: Actor,
  paths: readonly string[],
  options: ImportOptions,
  pin?: Pin,
): Promise<ImportResult> => {
  // Without a root nothing can be said of a bundle: no refusal of it, so no receipt.
  trustedRoot(parts, pin);
  const lock = takeImportLock(parts.paths.data);
  const tidy = (): void => tidyPartials(parts.paths.staging, parts.objects, parts.waiting, parts.clock());
  try {
    const run = options.dryRun ? dryRun(parts, paths, options, pin) : wetRun(parts, actor, paths, options, pin);
    const result = await run.catch((error: unknown) => {
      try {
        tidy();
      } catch {
        // The disk that ended the import may not let itself be tidied either: the next import does it.
      }
      throw error;
    });
    tidy();
    return result;
  } finally {
    lock.release();
  }
};
