import { BundleError } from '@sallyport/bundle-tools/errors';
import { runImportChild } from '@sallyport/bundle-tools/importer/run-import';
import { ImportRefusal, type ImportVerdict } from '@sallyport/bundle-tools/importer/verdict';
import { randomBytes, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { Actor } from '../objects/types.ts';
import type { FeedState } from '../vulnerabilities/types.ts';
import { type ObjectPlace, planFeeds, readUpdates, sizesOf } from './catalog.ts';
import { flipState, type Pin, type ReceiptContext, recordOutcome } from './flip.ts';
import { importContext } from './import-context.ts';
import { takeImportLock } from './import-lock.ts';
import { planImport } from './import-summary.ts';
import type { ImporterParts } from './importer-parts.ts';
import { operatorOf } from './receipts.ts';
import { cleanUp } from './recover.ts';
import { requireState } from './request-builder.ts';
import { dropStaging, giveUpSpare, keepSpare, keepStaged, makeStaging } from './staging.ts';
import type { ImportOptions, ImportReport, ImportResult, ImportSummary } from './types.ts';

// Refusals that say nothing about a bundle: no receipt leaves the site for an empty medium.
const WITHOUT_RECEIPT: ReadonlySet<string> = new Set(['NO_BUNDLE', 'AMBIGUOUS', 'NOT_REGULAR', 'NOT_FOUND']);

const systemRefusals: Readonly<Record<string, ['NO_SPACE' | 'STORE_IO', string]>> = {
  ENOSPC: ['NO_SPACE', 'the disk of the data directory is full'],
  EDQUOT: ['NO_SPACE', 'the disk of the data directory is full'],
  SQLITE_FULL: ['NO_SPACE', 'the disk of the data directory is full'],
  EIO: ['STORE_IO', 'the data directory cannot be read or written'],
  EROFS: ['STORE_IO', 'the data directory is read-only'],
  EACCES: ['STORE_IO', 'the data directory may not be written'],
};

const refusalOf = (error: unknown): ImportRefusal => {
  if (error instanceof ImportRefusal) return error;
  if (error instanceof BundleError) return new ImportRefusal(error.code, error.message, { cause: error });
  if (error instanceof AppError && error.code === 'DISK_FULL')
    return new ImportRefusal('NO_SPACE', error.message, { cause: error });
  const system = systemRefusals[error instanceof Error && 'code' in error ? String(error.code) : ''];
  if (system) return new ImportRefusal(system[0], system[1], { cause: error });
  return new ImportRefusal('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
};

type Run = {
  readonly importId: number;
  readonly actor: Actor;
  readonly folder: string;
  readonly receipt: ReceiptContext;
  readonly pin: Pin | undefined;
  readonly report: (step: ImportReport['step'], doneBytes?: number, totalBytes?: number) => void;
};

// D8.
const finish = (parts: ImporterParts, run: Run, summary: ImportSummary): void => {
  const { store, clock } = parts;
  dropStaging(run.folder);
  parts.vulnerabilities.tidySnapshots();
  store.journal(run.importId, { state: 'done', at: toTime(clock()), summary });
};

const adoptObjects = async (parts: ImporterParts, run: Run, verdict: ImportVerdict): Promise<void> => {
  const { objects } = parts;
  const total = verdict.objects.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  run.report('store', 0, total);
  for (const { sha256, size, path } of verdict.objects) {
    await objects.adopt(path, sha256);
    done += size;
    run.report('store', done, total);
  }
  const { inventory } = verdict;
  if (!objects.has(inventory.sha256)) await objects.adopt(inventory.path, inventory.sha256);
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

/** After the child's verdict: adopt into the store, build the snapshot, flip, match, clean. */
const complete = async (parts: ImporterParts, run: Run, verdict: ImportVerdict): Promise<ImportResult> => {
  const { store, objects, clock } = parts;
  const at = (): string => toTime(clock());
  store.journal(run.importId, { state: 'verified', at: at(), bundleId: verdict.bundleId, seq: verdict.seq });
  const plan = planImport(parts, verdict);
  await adoptObjects(parts, run, verdict);
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
      ...(newest === undefined ? {} : { newest }),
    })),
  };
  const receipt = flipState(parts, {
    importId: run.importId,
    actor: run.actor,
    verdict,
    summary,
    receipt: run.receipt,
    ...(run.pin ? { pinnedRoot: run.pin } : {}),
    updates: updates ? { list: updates, sizes: sizesOf(plan.lines) } : undefined,
    feeds: built.feeds,
    confirmedFeeds: feeds.confirmed,
    snapshot: built.snapshot,
  });

  run.report('match');
  const findings = built.feeds.length > 0 ? parts.vulnerabilities.rematch() : undefined;
  const whole: ImportSummary = { ...summary, ...(findings ? { findings } : {}) };
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

/** D6: what verified is kept and a receipt says what is missing; nothing else changes. */
const waitForVolumes = async (parts: ImporterParts, run: Run, verdict: ImportVerdict): Promise<ImportResult> => {
  const { summary } = planImport(parts, verdict);
  await keepStaged(run.folder, parts.objects);
  const receipt = recordOutcome(parts, {
    ...run,
    result: 'partial',
    code: 'VOLUMES_MISSING',
    message: `missing volumes: ${verdict.missingVolumes.join(', ')}`,
    newRoots: verdict.newRoots,
    verdict,
  });
  finish(parts, run, summary);
  return { result: 'partial', receipt, summary };
};

/** D9: keeps what verified, drops the rest, writes the receipt. */
const recordRefusal = async (
  parts: ImporterParts,
  run: Run,
  refusal: ImportRefusal,
  isAborted: boolean,
): Promise<void> => {
  giveUpSpare(run.folder);
  await keepStaged(run.folder, parts.objects);
  dropStaging(run.folder);
  parts.vulnerabilities.tidySnapshots();
  if (isAborted) {
    parts.store.journal(run.importId, { state: 'interrupted', at: toTime(parts.clock()), message: 'stopped' });
  } else if (WITHOUT_RECEIPT.has(refusal.code)) {
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
      newRoots: refusal.newRoots,
      missing: refusal.missing,
    });
  }
};

const refuse = async (parts: ImporterParts, run: Run, error: unknown, isAborted: boolean): Promise<never> => {
  const refusal = refusalOf(error);
  await recordRefusal(parts, run, refusal, isAborted).catch((failure: unknown) => {
    // No room even for the receipt: that is the answer then, and the next import or start closes what is open.
    throw refusalOf(failure);
  });
  throw isAborted ? error : refusal;
};

const reporter =
  (options: ImportOptions): Run['report'] =>
  (step, doneBytes = 0, totalBytes = 0) =>
    options.onProgress?.({ step, doneBytes, totalBytes });

const verify = (
  parts: ImporterParts,
  path: string,
  folder: string,
  options: ImportOptions,
  pin: Pin | undefined,
): Promise<ImportVerdict> =>
  runImportChild({
    path,
    context: importContext(parts, folder, options, pin),
    stagingDir: folder,
    onProgress: ({ state, ...rest }) => options.onProgress?.({ step: state, ...rest }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });

const stagingName = (): string => `import-${Buffer.from(randomBytes(8)).toString('hex')}`;

const dryRun = async (
  parts: ImporterParts,
  path: string,
  options: ImportOptions,
  pin: Pin | undefined,
): Promise<ImportResult> => {
  const folder = makeStaging(parts.paths.staging, stagingName());
  try {
    const verdict = await verify(parts, path, folder, options, pin);
    if (verdict.alreadyImported)
      return { result: 'already', bundleId: verdict.bundleId, receipt: Number(verdict.alreadyImported.receipt) };
    return { result: 'checked', summary: planImport(parts, verdict).summary };
  } finally {
    dropStaging(folder);
  }
};

const wetRun = async (
  parts: ImporterParts,
  actor: Actor,
  path: string,
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
  const run: Run = {
    importId,
    actor,
    folder,
    pin,
    report: reporter(options),
    receipt: {
      keys: parts.keys(),
      startedAt,
      ...parts.applied,
      devices: parts.devices,
      overrides:
        options.acceptStale === undefined
          ? []
          : [{ code: 'STALE', reason: options.acceptStale, operator: operatorOf(actor) }],
    },
  };
  try {
    keepSpare(folder);
    const verdict = await verify(parts, path, folder, options, pin);
    if (verdict.alreadyImported) return repeat(parts, run, verdict);
    if (verdict.missingVolumes.length > 0) return await waitForVolumes(parts, run, verdict);
    return await complete(parts, run, verdict);
  } catch (error) {
    // After the flip the bundle is in force, whatever fails then: the next start finishes the cleaning.
    if (store.import(importId)?.state === 'flipped') throw error;
    return await refuse(parts, run, error, options.signal?.aborted ?? false);
  }
};

/**
 * Imports a bundle under the lock of the data directory. Throws ImportRefusal with the code of the bundle format; a
 * refusal has its receipt and event and otherwise leaves the site as it was.
 */
export const runImport = async (
  parts: ImporterParts,
  actor: Actor,
  path: string,
  options: ImportOptions,
  pin?: Pin,
): Promise<ImportResult> => {
  const lock = takeImportLock(parts.paths.data);
  try {
    return await (options.dryRun ? dryRun(parts, path, options, pin) : wetRun(parts, actor, path, options, pin));
  } finally {
    lock.release();
  }
};
