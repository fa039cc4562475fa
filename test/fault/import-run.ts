import { type ChildProcess, spawn } from 'node:child_process';
import { type AtState, atState } from '../support/at-state.ts';
import { binOf, type Outcome } from '../support/commands.ts';

// The real command, in a process group of its own, so that it can be ended with or without its child.

type ImportRun = {
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
    /** A state of its database at which it dies or stops. */
    readonly at?: AtState;
  } = {},
): ImportRun => {
  const args = ['bundle', 'import', ...paths, '--data', dataDir, '--json', ...(options.more ?? [])];
  const at = options.at === undefined ? undefined : atState(options.at);
  const [program = '', ...rest] = [
    ...(options.prefix ?? []),
    process.execPath,
    ...(at?.args ?? []),
    binOf('sallyport'),
    ...args,
  ];
  const child = spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...(options.env ?? process.env), ...at?.env },
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
