import { spawn } from 'node:child_process';
import { parse } from 'node:path';
import { env, nowMs } from '@sallyport/bundle-tools/platform/ambient';

// Children run without a shell, with a fixed environment, in a process group of their own, so that a time-out ends
// everything that they started.

type ChildResult = {
  /** null: ended by a signal or never started. */
  exit: number | null;
  timedOut: boolean;
  /** What came on both outputs, in order; the middle of a long one is cut out. */
  output: string;
  stdout: string;
  ms: number;
};

type ChildOptions = {
  command: string;
  args: readonly string[];
  timeoutMs: number;
  env?: Readonly<Record<string, string>>;
  maxOutputBytes?: number;
};

const isWindows = process.platform === 'win32';
const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const graceMs = 10_000;
/** What is still in the pipes of a child that has ended is read within this time. */
const drainMs = 1000;

/** Windows programs do not start without the folder of the system and a place for temporary files. */
const baseEnvironment = (): Record<string, string> => {
  if (!isWindows) return { PATH: path, LC_ALL: 'C.UTF-8' };
  const names = [
    'SystemRoot',
    'SystemDrive',
    'Path',
    'PATHEXT',
    'TEMP',
    'TMP',
    'ProgramData',
    'ProgramFiles',
    'PSModulePath',
  ];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
};

/** Keeps the first and the last part of what is written to it. */
const capture = (maxBytes: number) => {
  const head: Buffer[] = [];
  let headBytes = 0;
  let tail = Buffer.alloc(0);
  let cut = 0;
  const half = Math.floor(maxBytes / 2);
  return {
    add: (chunk: Buffer): void => {
      const room = Math.max(0, half - headBytes);
      if (room > 0) {
        head.push(chunk.subarray(0, room));
        headBytes += Math.min(room, chunk.length);
      }
      const rest = chunk.subarray(room);
      if (rest.length === 0) return;
      const joined = Buffer.concat([tail, rest]);
      cut += Math.max(0, joined.length - half);
      tail = joined.subarray(Math.max(0, joined.length - half));
    },
    text: (): string => {
      const marker = cut > 0 ? `\n[${cut} bytes cut]\n` : '';
      return `${Buffer.concat(head).toString('utf8')}${marker}${tail.toString('utf8')}`;
    },
  };
};

const signalGroup = (pid: number | undefined, signal: NodeJS.Signals): void => {
  if (pid === undefined) return;
  try {
    process.kill(isWindows ? pid : -pid, signal);
  } catch (error) {
    // The group is gone already.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};

/** What stands behind a prefix in the first line of an output that begins with it. */
export function afterPrefix(output: string, prefix: string): string | undefined {
  return output
    .split('\n')
    .find((line) => line.startsWith(prefix))
    ?.slice(prefix.length);
}

/** Starts a program that outlives this one, which hears nothing of it. */
export function startApart(command: string, args: readonly string[]): void {
  const cwd = parse(process.cwd()).root;
  const child = spawn(command, args, {
    cwd,
    detached: true,
    windowsHide: true,
    stdio: 'ignore',
    env: baseEnvironment(),
  });
  // What does not start is found by the outcome that never comes.
  child.once('error', () => undefined);
  child.unref();
}

/** Runs a program to its end. */
export const runChild = (options: ChildOptions): Promise<ChildResult> =>
  new Promise((resolve) => {
    const started = nowMs();
    const maxBytes = options.maxOutputBytes ?? 60 * 1024;
    const both = capture(maxBytes);
    const out = capture(maxBytes);
    const child = spawn(options.command, [...options.args], {
      cwd: parse(process.cwd()).root,
      // Windows has no process groups to end, and a detached child would open a window.
      detached: !isWindows,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...baseEnvironment(), ...options.env },
    });
    let timedOut = false;
    let killer: NodeJS.Timeout | undefined;
    let drain: NodeJS.Timeout | undefined;
    const timer = setTimeout(() => {
      timedOut = true;
      signalGroup(child.pid, 'SIGTERM');
      killer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), graceMs);
    }, options.timeoutMs);
    const end = (exit: number | null, note = ''): void => {
      clearTimeout(timer);
      clearTimeout(killer);
      clearTimeout(drain);
      // A child of the child may have outlived the time-out.
      if (timedOut) signalGroup(child.pid, 'SIGKILL');
      resolve({
        exit,
        timedOut,
        output: `${both.text()}${note}`,
        stdout: out.text(),
        ms: Math.max(0, Math.round(nowMs() - started)),
      });
    };
    child.stdout.on('data', (chunk: Buffer) => {
      both.add(chunk);
      out.add(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => both.add(chunk));
    child.once('error', (error) => end(null, `could not start: ${error.message}`));
    // A daemon started by the child may hold the pipes open for ever: `close` is waited for, but not long.
    child.once('exit', (exit) => {
      drain = setTimeout(() => end(exit), drainMs);
    });
    child.once('close', (exit) => end(exit));
  });
