import { type ChildProcess, spawn } from 'node:child_process';
import { binOf, type Outcome } from '../support/commands.ts';

// The real command, in a process group of its own, so that it can be ended with or without its child.

export type ImportRun = {
  readonly child: ChildProcess;
  /** `signal`: what ended it, when nothing else did. */
  readonly ended: Promise<Outcome & { readonly signal: NodeJS.Signals | null }>;
};

/** Starts `sallyport bundle import` with --json. `prefix`: a command that it is run by. */
export const startImport = (
  dataDir: string,
  paths: readonly string[],
  options: {
    readonly prefix?: readonly string[];
    readonly env?: NodeJS.ProcessEnv;
    readonly more?: readonly string[];
  } = {},
): ImportRun => {
  const args = ['bundle', 'import', ...paths, '--data', dataDir, '--json', ...(options.more ?? [])];
  const [program = '', ...rest] = [...(options.prefix ?? []), process.execPath, binOf('sallyport'), ...args];
  const child = spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
  const ended = new Promise<Outcome & { signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject);
    // Not `close`: a child of its own that outlives it holds the pipes.
    child.once('exit', (status, signal) => setImmediate(() => resolve({ status, signal, stdout, stderr })));
  });
  return { child, ended };
};

/** Ends it with its child. */
export const killGroup = ({ child }: ImportRun): void => {
  try {
    process.kill(-(child.pid ?? 0), 'SIGKILL');
  } catch (error) {
    // It was over.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};
