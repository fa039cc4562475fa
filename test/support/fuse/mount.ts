import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

// A pass-through file system of our own (pass.py), which fails, holds or kills as a test says, or records what it does.

const python = '/usr/bin/python3';

/** True where a FUSE file system can be mounted: Linux, root, /dev/fuse, python3-fusepy and libfuse 2. */
export const canMountFuse = (): boolean =>
  process.getuid?.() === 0 &&
  existsSync('/dev/fuse') &&
  spawnSync(python, ['-c', 'import fusepy'], { stdio: 'ignore' }).status === 0;

export const fuseNeeds = 'takes root, /dev/fuse, python3-fusepy and libfuse2t64';

/** `changes`: whatever alters or syncs; `grows`: whatever takes room. */
type FaultOps = 'all' | 'changes' | 'grows' | readonly string[];

export type Fault = {
  readonly ops: FaultOps;
  /** A pattern that the path within the file system must fit. */
  readonly match?: string;
  /** So many fitting operations pass first. */
  readonly skip?: number;
  /** Only operations that reach beyond this byte of the file. */
  readonly fromByte?: number;
  readonly errno?: string;
  /** At each fitting operation from then on, not only once. */
  readonly sticky?: boolean;
  /** At every operation of any kind from then on: the medium is gone. */
  readonly pull?: boolean;
  /** Ends the process that asked, before its operation takes effect: its group, or the leader of its group alone. */
  readonly kill?: 'group' | 'leader';
  /** The operation waits until the faults are changed. */
  readonly hold?: boolean;
};

type FuseStatus = {
  /** Records in the log. */
  readonly records: number;
  /** For each fault: operations that fitted, and those at which it struck. */
  readonly rules: ReadonlyArray<{ readonly seen: number; readonly struck: number }>;
};

export type FuseMount = {
  readonly path: string;
  /** The plain folder below. */
  readonly folder: string;
  /** Replaces all faults. */
  setFaults(...faults: Fault[]): Promise<FuseStatus>;
  setReadOnly(readOnly: boolean): Promise<FuseStatus>;
  status(): Promise<FuseStatus>;
  /** Unmounts and waits for the process. */
  remove(): Promise<void>;
};

const ask = (socket: string, message: object): Promise<FuseStatus> =>
  new Promise((resolve, reject) => {
    const connection = createConnection(socket);
    connection.once('error', reject);
    const lines = createInterface({ input: connection });
    lines.once('error', reject);
    lines.once('line', (line) => {
      connection.end();
      resolve(JSON.parse(line) as FuseStatus);
    });
    connection.write(`${JSON.stringify(message)}\n`);
  });

const ready = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.on('data', (piece: Buffer) => (said += piece.toString()));
    child.stdout?.on('data', (piece: Buffer) => {
      if (piece.toString().includes('ready')) resolve();
    });
    child.once('exit', (status) => reject(new Error(`pass.py ended with ${status}: ${said}`)));
  });

/**
 * Mounts `home`/files at `home`/mount; both are made. `log`: a file that takes the record of every change and sync. `isOnlyWay`: what
 * was asked for here changes by no other way, so names and attributes are kept, at half of the calls.
 */
export const mountFuse = async (
  home: string,
  { log, isOnlyWay = false }: { log?: string; isOnlyWay?: boolean } = {},
): Promise<FuseMount> => {
  const folder = join(home, 'files');
  const path = join(home, 'mount');
  const socket = join(home, 'control');
  for (const each of [folder, path]) mkdirSync(each, { recursive: true });
  const args = [join(import.meta.dirname, 'pass.py'), folder, path, socket, isOnlyWay ? '60' : '0'];
  const child = spawn(python, [...args, ...(log === undefined ? [] : [log])], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const unmount = (): void => {
    // Lazily, should a process that ends late still hold a file.
    spawnSync('umount', ['-l', path], { stdio: 'ignore' });
  };
  process.once('exit', unmount);
  await ready(child);
  return {
    path,
    folder,
    setFaults: (...faults) => ask(socket, { rules: faults }),
    setReadOnly: (readOnly) => ask(socket, { readOnly }),
    status: () => ask(socket, {}),
    remove: async () => {
      process.off('exit', unmount);
      await ask(socket, { rules: [] }).catch(() => undefined);
      unmount();
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await exited;
      clearTimeout(timer);
    },
  };
};
