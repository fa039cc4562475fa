import { realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { defined } from '../platform/defined.ts';
import { ensureDir } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { checkPaths, refusalFrom } from './child-lines.ts';
import type { ImportContext } from './context.ts';
import { stagedPath, type VerifiedObject } from './objects.ts';
import { partialPath } from './partial.ts';
import { recheckRefusal, recheckVerdict } from './recheck.ts';
import { type ChildLimits, runChild } from './run-child.ts';
import { type ImportProgress, ImportRefusal, type ImportVerdict } from './verdict.ts';

type RunImportOptions = ChildLimits & {
  /** One volume, an unpacked folder, or a medium with one of them. */
  path: string;
  context: ImportContext;
  stagingDir: string;
  /**
   * Takes each object as soon as the child has verified it, a few at once, while the child reads on. What it throws ends
   * the import. All are taken before the verdict is given.
   */
  onObject?: (object: VerifiedObject) => Promise<void>;
  onProgress?: (progress: ImportProgress) => void;
};

/** The verdict on one volume, or the paths of several. */
type Reading = { readonly verdict: ImportVerdict } | { readonly paths: readonly string[] };

const present = (paths: readonly (string | undefined)[]): string[] =>
  paths.flatMap((path) => (path === undefined ? [] : [resolve(path)]));

// Several syncs at once share a commit of the file system; one fewer than Node has threads for files.
const ingestsAtOnce = 3;

/** Takes objects, a few at once; the first failure is kept and ends the child. */
const createIngest = (options: RunImportOptions, stagingDir: string, partialDir: string) => {
  const gone = new AbortController();
  let failure: unknown;
  const queued: { sha256: string; size: number }[] = [];
  let taken = 0;
  const ingests = new Set<Promise<void>>();
  const take = async (sha256: string, size: number): Promise<void> => {
    if (failure !== undefined || options.onObject === undefined) return;
    // The path follows from the digest alone; its reader checks what lies there.
    const staged = stagedPath(stagingDir, sha256);
    const path = isThere(staged) ? staged : partialPath(partialDir, sha256);
    try {
      await options.onObject({ sha256, size, path });
    } catch (error) {
      failure = error;
      gone.abort();
    }
  };
  const takeQueued = async (): Promise<void> => {
    for (let next = queued[taken]; next !== undefined; next = queued[taken]) {
      taken += 1;
      await take(next.sha256, next.size);
    }
  };
  return {
    signal: options.signal === undefined ? gone.signal : AbortSignal.any([gone.signal, options.signal]),
    add: (sha256: string, size: number): void => {
      queued.push({ sha256, size });
      if (ingests.size === ingestsAtOnce) return;
      const ingest = takeQueued().finally(() => ingests.delete(ingest));
      ingests.add(ingest);
    },
    finish: async (): Promise<void> => {
      await Promise.all(ingests);
      // An object may have been added just when the last ingest ended.
      await takeQueued();
      if (failure !== undefined) throw failure;
    },
  };
};

/**
 * Runs `verifyBundle` in a child process under Node's permission model: it may read the medium, staging and the
 * program's code, write staging, and nothing else; no environment, bounded time and memory. What it reports is verified
 * once more here before anyone acts on it. Of a folder with several volumes it says which they are.
 */
export const readPath = async (options: RunImportOptions): Promise<Reading> => {
  options.signal?.throwIfAborted();
  const stagingDir = realpathSync(resolve(options.stagingDir));
  if (options.context.partials !== undefined) ensureDir(options.context.partials, 0o700);
  const partialDir =
    options.context.partials === undefined
      ? join(stagingDir, 'partial')
      : realpathSync(resolve(options.context.partials));
  const context: ImportContext = { ...options.context, partials: partialDir };
  const path = resolve(options.path);
  const ingest = createIngest(options, stagingDir, partialDir);
  let outcome: Awaited<ReturnType<typeof runChild>>;
  try {
    outcome = await runChild({
      ...options,
      signal: ingest.signal,
      job: { path, stagingDir, context },
      folder: stagingDir,
      readable: present([path, context.held, context.currentInventory]),
      writable: [partialDir],
      onLine: (line) => {
        if ('object' in line) ingest.add(line.object.sha256, line.object.size);
        else options.onProgress?.(progressOf(line.progress));
      },
    });
  } finally {
    // Whatever ended the child: what it handed over is taken to its end first, and a failure of that comes first.
    await ingest.finish();
  }
  if ('refused' in outcome) throw recheckRefusal(refusalFrom(outcome), context);
  if ('paths' in outcome) {
    if (outcome.paths.some((found) => dirname(found) !== path))
      throw new ImportRefusal('INTERNAL', 'the import process named volumes that are elsewhere');
    return { paths: outcome.paths };
  }
  checkPaths(outcome.verdict, { stagingDir, partialDir });
  const { requestId, alreadyImported, verified, ...rest } = outcome.verdict;
  const verdict: ImportVerdict = {
    ...rest,
    ...defined({ requestId, verified, alreadyImported }),
  };
  await recheckVerdict(verdict, context, stagingDir);
  return { verdict };
};

/** `readPath` of one volume. */
export const runImportChild = async (options: RunImportOptions): Promise<ImportVerdict> => {
  const read = await readPath(options);
  if ('paths' in read) throw new ImportRefusal('AMBIGUOUS', `${options.path} has several volumes, name one`);
  return read.verdict;
};

const progressOf = ({
  volume,
  volumes,
  ...rest
}: { [Key in keyof ImportProgress]: ImportProgress[Key] | undefined } & Pick<
  ImportProgress,
  'state' | 'doneBytes' | 'totalBytes'
>): ImportProgress => ({
  ...rest,
  ...defined({ volume, volumes }),
});
