import { spawn } from 'node:child_process';
import { addAbortListener } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join, resolve } from 'node:path';
import { BundleError } from '../errors.ts';
import { childEntry, permissionFlags } from '../importer/child-permissions.ts';
import { withoutNetwork } from '../importer/no-network.ts';
import { defined } from '../platform/defined.ts';
import { type Survey, surveySchema } from './survey-types.ts';

const defaultTimeoutMs = 15_000;
const maxOutputBytes = 16 * 1024 * 1024;
const maxErrorBytes = 16 * 1024;

const entry = (): string => join(dirname(childEntry()), '..', 'media', `survey-child${extname(childEntry())}`);

type Why = { readonly reason: string; readonly text: string };

type Ended = { readonly output: string; readonly errorText: string; readonly why?: Why };

const run = (path: string, workDir: string, options: { timeoutMs: number; signal?: AbortSignal }): Promise<Ended> =>
  new Promise((done) => {
    const flags = permissionFlags({ readable: [path], stagingDir: workDir });
    const { file, args } = withoutNetwork(process.execPath, [...flags, entry()]);
    const child = spawn(file, args, {
      env: {},
      cwd: workDir,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const pieces: Uint8Array[] = [];
    let outputBytes = 0;
    let errorText = '';
    let why: Why | undefined;
    const kill = (reason: string, text: string): void => {
      why ??= { reason, text };
      child.kill('SIGKILL');
      // A read that hangs in the kernel survives SIGKILL: the caller does not wait for it.
      end();
    };
    const timer = setTimeout(
      () => kill('silent', `it does not answer within ${options.timeoutMs} ms`),
      options.timeoutMs,
    );
    const stopped = options.signal && addAbortListener(options.signal, () => kill('stopped', 'stopped'));
    function end(): void {
      clearTimeout(timer);
      stopped?.[Symbol.dispose]();
      child.unref();
      const output = Buffer.concat(pieces).toString('utf8');
      done({ output, errorText, ...defined({ why }) });
    }
    child.stdout.on('data', (piece: Uint8Array) => {
      outputBytes += piece.length;
      if (outputBytes > maxOutputBytes) kill('too-much', 'there is too much on it');
      else pieces.push(piece);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (errorText.length < maxErrorBytes) errorText += text;
    });
    // A child that ended early has closed the pipe; its exit tells more than EPIPE.
    child.stdin.on('error', () => undefined);
    child.once('error', (error: NodeJS.ErrnoException) => {
      why ??= { reason: error.code ?? 'unknown', text: error.message };
      end();
    });
    child.once('close', end);
    child.stdin.end(JSON.stringify({ path }));
  });

/** Codes of Linux that Node.js has no name for. */
const linuxCodes: Readonly<Record<string, string>> = { '117': 'EUCLEAN', '123': 'ENOMEDIUM', '124': 'EMEDIUMTYPE' };

/** The system's code in the output of a failed process. */
export const codeIn = (errorText: string): string => {
  const code = /code: '([A-Z][A-Z0-9_]{1,39})'/.exec(errorText)?.[1];
  const number = /Unknown system error -(\d{1,5})/.exec(errorText)?.[1];
  return code ?? (number === undefined ? 'unknown' : (linuxCodes[number] ?? `errno ${number}`));
};

const parse = (output: string): Survey => {
  try {
    return surveySchema.parse(JSON.parse(output));
  } catch (cause) {
    throw new BundleError('INTERNAL', 'the look at a medium gave another form', { cause });
  }
};

/**
 * What lies on a medium, found by a process that can read the medium and nothing else, in bounded time. Throws
 * MEDIUM_IO when the medium does not answer or cannot be read, NOT_FOUND when it is no folder.
 */
export const runSurvey = async (
  path: string,
  options: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<Survey> => {
  options.signal?.throwIfAborted();
  const workDir = mkdtempSync(join(tmpdir(), 'sallyport-survey-'));
  try {
    const { output, errorText, why } = await run(resolve(path), workDir, {
      timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
      ...defined({ signal: options.signal }),
    });
    options.signal?.throwIfAborted();
    if (why !== undefined) throw new BundleError('MEDIUM_IO', `${path}: ${why.text}`, { reason: why.reason });
    if (output === '') {
      const code = codeIn(errorText);
      const isAbsent = code === 'ENOENT' || code === 'ENOTDIR';
      throw new BundleError(isAbsent ? 'NOT_FOUND' : 'MEDIUM_IO', `cannot read ${path}: ${code}`, { reason: code });
    }
    return parse(output);
  } finally {
    rmSync(workDir, { recursive: true, force: true });
  }
};
