import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isControllerService } from '../../bundle-tools/src/controllers/controller-ports.ts';
import { repositoryRoot } from './sources.ts';

// Drives the built commands from the outside, as a person or a unit would.

const bins = {
  sallyport: 'appliance/bin/sallyport.js',
  'sallyport-bundle': 'bundle-tools/bin/sallyport-bundle.js',
  'sallyport-agent': 'agent/bin/sallyport-agent.js',
} as const;

export type Command = keyof typeof bins;
export type Outcome = { status: number | null; stdout: string; stderr: string };

const maxOutputBytes = 64 * 1024 * 1024;
const patienceMs = 150_000;

export const binOf = (command: Command): string => join(repositoryRoot, bins[command]);

/** Runs a command to its end and returns what it said; what this process serves meanwhile goes on. `input` is its stdin. */
export const tryCommand = (
  command: Command,
  args: readonly string[],
  prefix: readonly string[] = [],
  input?: string,
): Promise<Outcome> => {
  const [program = '', ...rest] = [...prefix, process.execPath, binOf(command), ...args];
  return new Promise((resolve) => {
    const child = execFile(
      program,
      rest,
      { encoding: 'utf8', maxBuffer: maxOutputBytes, timeout: patienceMs },
      (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({ status, stdout, stderr });
      },
    );
    if (input !== undefined) child.stdin?.end(input);
  });
};

/** What a command with `--json` printed; throws with its own words when it did not end with 0. */
export const jsonOf = <T>(line: string, { status, stdout, stderr }: Outcome): T => {
  if (status !== 0) throw new Error(`${line}: exit ${status}\n${stderr}${stdout}`);
  return JSON.parse(stdout || 'null') as T;
};

/** Commands with `--json`, each behind `prefix`; they throw with their own words when they do not end with 0. */
export const commandIn =
  (prefix: readonly string[]) =>
  async <T = Record<string, unknown>>(name: Command, ...args: string[]): Promise<T> =>
    jsonOf<T>(`${name} ${args.join(' ')}`, await tryCommand(name, [...args, '--json'], prefix));

/** The same, on this computer's own network. */
export const command = commandIn([]);

/** A temporary folder and its removal. */
export const temporaryFolder = (name: string): { path: string; remove: () => void } => {
  const path = mkdtempSync(join(tmpdir(), `sallyport-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};

/** Options of a command line by their names, those of several values once for each. */
export function flags(options: Readonly<Record<string, string | readonly string[]>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => [value].flat().flatMap((one) => [`--${name}`, one]));
}

/** A free port of the loopback interface. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = await new Promise<number>((resolve, reject) => {
      const probe = createServer();
      probe.once('error', reject);
      probe.listen(0, '127.0.0.1', () => {
        const address = probe.address();
        probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
      });
    });
    // Nothing of ours speaks there.
    if (!isControllerService(port)) return port;
  }
};

export type Running = { child: ChildProcess; output: () => string; kill: (signal?: NodeJS.Signals) => Promise<void> };

/** Lines of a server's log that say that something of ours failed, whatever its caller was told. */
export const failuresIn = (output: string): string[] =>
  output.split('\n').filter((line) => /^\{"level":[56]0\b/.test(line));

/** Starts a command that stays up and waits until its output matches `ready`. */
export const startCommand = async (
  name: Command,
  args: readonly string[],
  ready: RegExp,
  prefix: readonly string[] = [],
): Promise<Running> => {
  const [program = '', ...rest] = [...prefix, process.execPath, binOf(name), ...args];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const isReady = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${name} was not ready:\n${text}`)), patienceMs);
    const add = (chunk: Buffer) => {
      text += chunk.toString();
      if (ready.test(text)) {
        clearTimeout(timer);
        resolve();
      }
    };
    child.stdout.on('data', add);
    child.stderr.on('data', add);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`${name} ended with ${code}:\n${text}`));
    });
  });
  await isReady;
  const kill = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await gone;
    clearTimeout(timer);
  };
  return { child, output: () => text, kill };
};
