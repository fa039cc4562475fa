import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { manifestSchema } from '../documents/manifest.ts';
import type { BundleErrorCode } from '../errors.ts';
import { childEntry, permissionFlags } from './child-permissions.ts';
import type { ImportContext } from './context.ts';
import { recheckRefusal, recheckVerdict } from './recheck.ts';
import { type ImportProgress, ImportRefusal, type ImportVerdict } from './verdict.ts';

export type RunImportOptions = {
  path: string;
  context: ImportContext;
  stagingDir: string;
  onProgress?: (progress: ImportProgress) => void;
  /** Ends the child; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** For the whole import. */
  timeoutMs?: number;
  /** Without a line from the child for so long, the medium counts as gone. */
  stallMs?: number;
};

const defaultTimeoutMs = 24 * 3_600_000;
const defaultStallMs = 300_000;
const maxOutputBytes = 256 * 1024 * 1024;
const maxErrorBytes = 16 * 1024;

const newRoots = z.array(z.strictObject({ version: z.int(), bytes: z.string() })).max(256);
const refusedLine = z.strictObject({
  refused: z.strictObject({
    code: z.string(),
    message: z.string(),
    newRoots,
    missing: z.array(z.string()).max(10_000),
  }),
});
const progressLine = z.strictObject({
  progress: z.strictObject({
    state: z.enum(['open', 'prelude', 'tuf', 'signed', 'bound', 'space', 'objects', 'tail', 'complete']),
    doneBytes: z.int(),
    totalBytes: z.int(),
    volume: z.int().optional(),
  }),
});
const roleText = z.strictObject({ root: z.string(), timestamp: z.string(), snapshot: z.string(), targets: z.string() });
const roleInt = z.strictObject({ root: z.int(), timestamp: z.int(), snapshot: z.int(), targets: z.int() });
const verdictSchema = z.strictObject({
  bundleId: z.string(),
  seq: z.int(),
  broadcast: z.boolean(),
  requestId: z.string().optional(),
  manifest: manifestSchema,
  manifestSha256: z.string(),
  trust: roleText,
  newRoots,
  tuf: roleInt,
  expires: roleText.extend({ bundle: z.string() }),
  inventory: z.strictObject({ sha256: z.string(), path: z.string(), lines: z.int() }),
  policyPath: z.string(),
  objects: z.array(z.strictObject({ sha256: z.string(), size: z.int(), path: z.string() })),
  volumes: z.array(z.strictObject({ n: z.int(), bytes: z.int(), sha256: z.string() })),
  missingVolumes: z.array(z.int()),
  counts: z.strictObject({ new: z.int(), held: z.int(), removed: z.int(), unfulfilled: z.int(), bytes: z.int() }),
  unfulfilled: manifestSchema.shape.unfulfilled,
  warnings: z.array(z.enum(['CLOCK_BEHIND', 'CLOCK_SUSPECT', 'STALE', 'KEY_EXPIRES_SOON'])),
  acceptedStale: z.boolean(),
  newFloor: z.string(),
  alreadyImported: z.strictObject({ receipt: z.string() }).optional(),
});
const verdictLine = z.strictObject({ verdict: verdictSchema });
const lineSchema = z.union([progressLine, refusedLine, verdictLine]);

const knownCodes = new Set<string>([
  'NOT_REGULAR',
  'NO_BUNDLE',
  'AMBIGUOUS',
  'TRUNCATED',
  'TRAILING',
  'HEADER',
  'MISSING',
  'LIMIT',
  'METADATA',
  'SIGNATURE',
  'ROOT_CHAIN',
  'ROLLBACK',
  'EXPIRED',
  'MIX',
  'WRONG_SITE',
  'NONCE',
  'HASH',
  'INCOMPLETE',
  'NO_SPACE',
  'MEDIUM_IO',
  'STORE_IO',
] satisfies BundleErrorCode[]);

const isKnown = (code: string): code is BundleErrorCode => knownCodes.has(code);

const refusalFrom = ({ refused }: z.infer<typeof refusedLine>): ImportRefusal =>
  new ImportRefusal(isKnown(refused.code) ? refused.code : 'INTERNAL', refused.message, {
    newRoots: refused.newRoots,
    missing: refused.missing,
  });

// A path that comes back is used by the parent, so it must be the one that follows from the digest.
const checkPaths = (verdict: z.infer<typeof verdictSchema>, stagingDir: string): void => {
  const expected = (name: string): string => join(stagingDir, 'prelude', name);
  const fits =
    verdict.alreadyImported !== undefined
      ? verdict.objects.length === 0
      : verdict.inventory.path === expected('inventory.jsonl') &&
        verdict.policyPath === expected('policy.json') &&
        verdict.objects.every(
          ({ sha256, path }) => /^[0-9a-f]{64}$/.test(sha256) && path === join(stagingDir, 'objects', sha256),
        );
  if (!fits) throw new ImportRefusal('INTERNAL', 'the child named a path outside of staging');
};

type Outcome = { verdict: z.infer<typeof verdictSchema> } | z.infer<typeof refusedLine>;

const parseLine = (line: string): z.infer<typeof lineSchema> => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new ImportRefusal('INTERNAL', 'the child wrote no JSON', { cause: error });
  }
  const parsed = lineSchema.safeParse(value);
  if (!parsed.success)
    throw new ImportRefusal('INTERNAL', `the child wrote ${z.prettifyError(parsed.error).slice(0, 500)}`);
  return parsed.data;
};

const runChild = async (path: string, stagingDir: string, options: RunImportOptions): Promise<Outcome> => {
  const readable = [path, options.context.held, options.context.currentInventory].flatMap((extra) =>
    extra === undefined ? [] : [resolve(extra)],
  );
  const child = spawn(process.execPath, [...permissionFlags({ readable, stagingDir }), childEntry()], {
    env: {},
    cwd: stagingDir,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let killedFor: BundleErrorCode | undefined;
  const kill = (code: BundleErrorCode): void => {
    killedFor ??= code;
    child.kill('SIGKILL');
  };
  const timeout = setTimeout(() => kill('LIMIT'), options.timeoutMs ?? defaultTimeoutMs);
  const stallMs = options.stallMs ?? defaultStallMs;
  let stall = setTimeout(() => kill('MEDIUM_IO'), stallMs);
  const onAbort = (): void => {
    child.kill('SIGKILL');
  };
  options.signal?.addEventListener('abort', onAbort, { once: true });

  const exited = new Promise<void>((resolve_, reject) => {
    child.once('error', (error) =>
      reject(new ImportRefusal('INTERNAL', 'the import process does not start', { cause: error })),
    );
    child.once('close', () => resolve_());
  });
  let errorText = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (piece: string) => {
    if (errorText.length < maxErrorBytes) errorText += piece;
  });
  let outputBytes = 0;
  child.stdout.on('data', (piece: Uint8Array) => {
    outputBytes += piece.length;
    if (outputBytes > maxOutputBytes) kill('INTERNAL');
  });
  // A child that ended early has closed the pipe; its exit tells more than EPIPE.
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify({ path, stagingDir, context: options.context }));

  let outcome: Outcome | undefined;
  try {
    for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) {
      clearTimeout(stall);
      stall = setTimeout(() => kill('MEDIUM_IO'), stallMs);
      const parsed = parseLine(line);
      if ('progress' in parsed) {
        const { volume, ...rest } = parsed.progress;
        options.onProgress?.({ ...rest, ...(volume === undefined ? {} : { volume }) });
      } else {
        outcome = parsed;
      }
    }
    await exited;
  } finally {
    clearTimeout(timeout);
    clearTimeout(stall);
    options.signal?.removeEventListener('abort', onAbort);
    child.kill('SIGKILL');
  }
  options.signal?.throwIfAborted();
  if (killedFor !== undefined)
    throw new ImportRefusal(killedFor, 'the import process was stopped: it took too long or said too much');
  if (outcome === undefined) {
    throw new ImportRefusal(
      'INTERNAL',
      `the import process ended without a verdict: ${errorText.trim().slice(0, 1000)}`,
    );
  }
  return outcome;
};

/**
 * Runs `verifyBundle` in a child process under Node's permission model: it may read the medium, staging and the
 * program's code, write staging, and nothing else; no environment, bounded time and memory. What it reports is verified
 * once more here before anyone acts on it.
 */
export const runImportChild = async (options: RunImportOptions): Promise<ImportVerdict> => {
  options.signal?.throwIfAborted();
  const stagingDir = realpathSync(resolve(options.stagingDir));
  const outcome = await runChild(resolve(options.path), stagingDir, options);
  if ('refused' in outcome) throw recheckRefusal(refusalFrom(outcome), options.context);
  checkPaths(outcome.verdict, stagingDir);
  const { requestId, alreadyImported, ...rest } = outcome.verdict;
  const verdict: ImportVerdict = {
    ...rest,
    ...(requestId === undefined ? {} : { requestId }),
    ...(alreadyImported === undefined ? {} : { alreadyImported }),
  };
  await recheckVerdict(verdict, options.context, stagingDir);
  return verdict;
};
