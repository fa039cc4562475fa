import { basename } from 'node:path';
import { systemCode } from '@sallyport/bundle-tools/archive/medium-errors';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { dropPartial } from '@sallyport/bundle-tools/importer/partial';
import { readPath } from '@sallyport/bundle-tools/importer/run-import';
import { ImportRefusal, type ImportVerdict } from '@sallyport/bundle-tools/importer/verdict';
import { stat } from '@sallyport/bundle-tools/person/files';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { AppError } from '../../platform/errors.ts';
import type { Pin } from './commit-bundle.ts';
import { importContext } from './import-context.ts';
import type { ImporterParts } from './importer-parts.ts';
import { partialsIn } from './partials.ts';
import { asRefusal } from './refusal.ts';
import type { ImportOptions } from './types.ts';

// One command takes all volumes of a bundle that it can reach: each is read by a child of its own, and each object goes
// into the store while its volume is still being read.

type ReadParts = {
  readonly parts: ImporterParts;
  readonly folder: string;
  readonly options: ImportOptions;
  readonly pin: Pin | undefined;
  /** Digests of what the store had when the import began; it is listed once, however many volumes there are. */
  readonly held: readonly string[];
};

const takeObject = async ({ parts }: ReadParts, { sha256, path }: { sha256: string; path: string }): Promise<void> => {
  try {
    await parts.objects.adopt(path, sha256);
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'HASH_MISMATCH')) throw error;
    // Its chunks verified one by one and the whole does not: nothing of it can be gone on with.
    await dropPartial(partialsIn(parts.paths.staging), sha256);
    throw new BundleError('HASH', `object ${sha256} does not have its digest`, { cause: error });
  }
};

/** Verifies one volume; its objects are in the store, or in part beside it, when the verdict is given. */
const readOne = (path: string, read: ReadParts, taken: Set<string>): ReturnType<typeof readPath> => {
  const { parts, folder, options, pin, held } = read;
  return readPath({
    path,
    context: importContext(parts, folder, options, pin, [...held, ...taken]),
    stagingDir: folder,
    onObject: async (object) => {
      await takeObject(read, object);
      taken.add(object.sha256);
    },
    onProgress: ({ state, ...rest }) => options.onProgress?.({ step: state, ...rest }),
    ...defined({ signal: options.signal }),
  });
};

/** The verdict on all volumes together, and the refusals of those that were bad. */
export type VolumesRead = {
  readonly verdict: ImportVerdict;
  readonly refusals: readonly ImportRefusal[];
  /** Digests of everything that the child handed over. */
  readonly taken: ReadonlySet<string>;
};

// Not about one file: the next would meet the same, or a person has to say what is meant.
const ENDS_ALL: ReadonlySet<string> = new Set(['NO_SPACE', 'STORE_IO', 'INTERNAL', 'BUSY', 'NO_BUNDLE', 'AMBIGUOUS']);

const withName = (refusal: ImportRefusal, path: string): ImportRefusal =>
  new ImportRefusal(refusal.code, `${refusal.message} (${basename(path)})`, {
    cause: refusal,
    newRoots: refusal.newRoots,
    missing: refusal.missing,
  });

const join = (before: ImportVerdict | undefined, next: ImportVerdict): ImportVerdict => {
  if (before === undefined) return next;
  if (before.bundleId !== next.bundleId)
    throw new ImportRefusal('MIX', `volumes of two bundles: ${before.bundleId} and ${next.bundleId}`);
  return {
    ...next,
    objects: [...before.objects, ...next.objects],
    volumes: [...before.volumes, ...next.volumes],
    here: [...new Set([...before.here, ...next.here])].sort((a, b) => a - b),
  };
};

/** One of several paths that is not there is a slip of the hand: said before the others are read for hours and taken. */
const refuseAbsent = async (paths: readonly string[]): Promise<void> => {
  for (const path of paths)
    await stat(path).catch((cause: unknown) => {
      if (systemCode(cause) === 'ENOENT') throw new ImportRefusal('NO_BUNDLE', `${path} does not exist`, { cause });
    });
};

/**
 * Reads what a person named, files, unpacked folders and media, one volume after the other; the volumes of a medium come last.
 * A bad one does not keep the others from being taken: its refusal is returned beside the verdict on the others. With no good
 * one among them the first refusal is thrown.
 */
export const readVolumes = async (paths: readonly string[], read: ReadParts): Promise<VolumesRead> => {
  let verdict: ImportVerdict | undefined;
  const refusals: ImportRefusal[] = [];
  const taken = new Set<string>();
  const volumes = new Set(paths);
  if (volumes.size > 1) await refuseAbsent(paths);
  for (const path of volumes) {
    let next: ImportVerdict;
    try {
      const found = await readOne(path, read, taken);
      if ('paths' in found) {
        volumes.delete(path);
        for (const volume of found.paths) volumes.add(volume);
        continue;
      }
      next = found.verdict;
    } catch (error) {
      if (read.options.signal?.aborted) throw error;
      const refusal = asRefusal(error);
      if (volumes.size === 1) throw refusal;
      const named = withName(refusal, path);
      if (ENDS_ALL.has(refusal.code)) throw named;
      refusals.push(named);
      continue;
    }
    verdict = join(verdict, next);
    if (verdict.alreadyImported !== undefined) break;
    // Nothing is missing: what else lies there is not needed.
    if (verdict.missingVolumes.length === 0 && !read.options.dryRun) break;
  }
  if (verdict === undefined) throw refusals[0] ?? new ImportRefusal('NO_BUNDLE', 'there is nothing to read');
  if (!read.options.dryRun) return { verdict, refusals, taken };
  // A dry run reads no objects: a volume that is not among these is missing.
  const here = new Set(verdict.here);
  const missingVolumes = verdict.manifest.volumes.map(({ n }) => n).filter((n) => !here.has(n));
  return { verdict: { ...verdict, missingVolumes }, refusals, taken };
};
