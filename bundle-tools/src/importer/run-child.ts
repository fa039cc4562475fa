import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { addAbortListener } from 'node:events';
import { createInterface } from 'node:readline';
import type { BundleErrorCode } from '../errors.ts';
import { channelVariable, personChannel, secondChannel } from '../person/channel.ts';
import { defined } from '../platform/defined.ts';
import { type ChildLine, type ChildOutcome, parseChildLine } from './child-lines.ts';
import { childEntry, permissionFlags } from './child-permissions.ts';
import { withoutNetwork } from './no-network.ts';
import { ImportRefusal } from './verdict.ts';

const defaultTimeoutMs = 24 * 3_600_000;
const defaultStallMs = 300_000;
const maxOutputBytes = 256 * 1024 * 1024;
const maxErrorBytes = 16 * 1024;

export type ChildLimits = {
  /** Ends the child; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** For the whole run. */
  timeoutMs?: number;
  /** Without a line from the child for so long, the medium counts as gone. */
  stallMs?: number;
};

/**
 * Runs the process that meets the medium and returns its last word. `onLine` sees everything it says before; what that
 * throws ends the child.
 */
export const runChild = async (
  options: ChildLimits & {
    job: object;
    folder: string;
    readable: readonly string[];
    writable?: readonly string[];
    onLine: (line: Exclude<ChildLine, ChildOutcome>) => void;
  },
): Promise<ChildOutcome> => {
  const flags = permissionFlags({
    readable: options.readable,
    stagingDir: options.folder,
    ...defined({ writable: options.writable }),
  });
  const channel = personChannel();
  const { file, args } = withoutNetwork(process.execPath, [...flags, childEntry()]);
  const child = spawn(file, args, {
    env: channel === undefined ? {} : { [channelVariable]: JSON.stringify({ fd: 3, places: channel.places }) },
    cwd: options.folder,
    stdio: ['pipe', 'pipe', 'pipe', ...(channel === undefined ? [] : [secondChannel])],
  }) as ChildProcessWithoutNullStreams;
  let killedFor: BundleErrorCode | undefined;
  const kill = (code: BundleErrorCode): void => {
    killedFor ??= code;
    child.kill('SIGKILL');
  };
  const timeout = setTimeout(() => kill('LIMIT'), options.timeoutMs ?? defaultTimeoutMs);
  const stallMs = options.stallMs ?? defaultStallMs;
  let stall = setTimeout(() => kill('MEDIUM_IO'), stallMs);
  const stopped = options.signal && addAbortListener(options.signal, () => child.kill('SIGKILL'));

  const exited = new Promise<void>((resolve_, reject) => {
    child.once('error', (error) =>
      reject(new ImportRefusal('INTERNAL', 'the import process does not start', { cause: error })),
    );
    child.once('close', () => resolve_());
  });
  // Awaited below; a child that does not start must not be an unhandled rejection before.
  exited.catch(() => undefined);
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
  child.stdin.end(JSON.stringify(options.job));

  let outcome: ChildOutcome | undefined;
  try {
    for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) {
      clearTimeout(stall);
      stall = setTimeout(() => kill('MEDIUM_IO'), stallMs);
      const parsed = parseChildLine(line);
      if ('progress' in parsed || 'object' in parsed) options.onLine(parsed);
      else outcome = parsed;
    }
    await exited;
  } finally {
    clearTimeout(timeout);
    clearTimeout(stall);
    stopped?.[Symbol.dispose]();
    child.kill('SIGKILL');
  }
  options.signal?.throwIfAborted();
  if (killedFor !== undefined)
    throw new ImportRefusal(killedFor, 'the import process was stopped: it took too long or its output was too long');
  if (outcome === undefined) {
    throw new ImportRefusal(
      'INTERNAL',
      `the import process ended without a verdict: ${errorText.trim().slice(0, 1000)}`,
    );
  }
  return outcome;
};
