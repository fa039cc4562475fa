import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDir } from '@sallyport/bundle-tools/platform/files';
import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';

// Who starts and stops the server: systemd, or a program that a file declares. Commands are lists of arguments, never a shell's.

const unit = 'sallyport.service';

export type ServiceManager = {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops and starts in one order, which is carried out also where this process is killed meanwhile. */
  restart(): Promise<void>;
  /** Runs a command line as the server's user, with the credentials that the server has; its exit code and what it said. */
  run(args: readonly string[]): Promise<{ status: number | null; stdout: string }>;
};

const program = z.array(z.string().min(1)).min(1).max(50);
const declaration = z.strictObject({ start: program, stop: program, restart: program });

type User = { uid?: number; gid?: number };
type Run = { status: number | null; stdout: string };

/** What it says on stderr is shown as it comes. */
const runProgram = ([file = '', ...args]: readonly string[], user: User = {}): Promise<Run> =>
  new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...user, stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stdout }));
  });

const done = async (line: readonly string[]): Promise<void> => {
  const { status } = await runProgram(line);
  if (status !== 0) throw new AppError('UPGRADE', `${line.join(' ')} ended with ${status ?? 'a signal'}`);
};

/** As the owner of the data directory where this process is root. */
const ownerOf = (dataDir: string): User => {
  const { uid, gid } = statSync(dataDir);
  return process.getuid?.() === 0 && uid !== 0 ? { uid, gid } : {};
};

/** The bytes of a credential that the unit names as `name:path`. */
const credentialOf = (property: string, name: string, path: string): Buffer => {
  if (property === 'LoadCredential') return readFileSync(path);
  const { status, stdout } = spawnSync('systemd-creds', ['decrypt', `--name=${name}`, path, '-']);
  if (status !== 0) throw new AppError('KEY', `${path} could not be opened: only this computer's root can`);
  return stdout;
};

/** Opens the unit's credentials for as long as `work` runs, in memory and for the server's user alone. */
const withCredentials = async <T>(user: User, work: (prefix: readonly string[]) => Promise<T>): Promise<T> => {
  // `systemctl show` does not print them.
  const { stdout } = await runProgram(['systemctl', 'cat', unit]);
  const named = [...stdout.matchAll(/^(LoadCredential(?:Encrypted)?)=([^:\s]+):(\S+)$/gm)];
  if (named.length === 0) return work([]);
  ensureDir('/run/sallyport');
  const folder = mkdtempSync('/run/sallyport/command.');
  try {
    for (const [, property = '', name = '', path = ''] of named) {
      const file = join(folder, name);
      writeFileSync(file, credentialOf(property, name, path), { mode: 0o600 });
      if (user.uid !== undefined && user.gid !== undefined) chownSync(file, user.uid, user.gid);
    }
    if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
    return await work(['env', `CREDENTIALS_DIRECTORY=${folder}`]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** A start is not waited for: the unit starts when it answers, and a release that never does is gone back from here. */
const systemd = (dataDir: string): ServiceManager => ({
  start: () => done(['systemctl', '--no-block', 'start', unit]),
  stop: () => done(['systemctl', 'stop', unit]),
  restart: () => done(['systemctl', '--no-block', 'restart', unit]),
  run: (args) => {
    const user = ownerOf(dataDir);
    return withCredentials(user, (prefix) => runProgram([...prefix, ...args], user));
  },
});

const declared = (path: string, dataDir: string): ServiceManager => {
  const parsed = declaration.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!parsed.success) throw new AppError('USAGE', `${path}: ${z.prettifyError(parsed.error)}`);
  const { start, stop, restart } = parsed.data;
  return {
    start: () => done(start),
    stop: () => done(stop),
    restart: () => done(restart),
    run: (args) => runProgram(args, ownerOf(dataDir)),
  };
};

/** The one that the file declares, else systemd; undefined where neither is there, as while an image is made. USAGE. */
export function serviceManager(path: string | undefined, dataDir: string): ServiceManager | undefined {
  if (path !== undefined) return declared(path, dataDir);
  return existsSync('/run/systemd/system') ? systemd(dataDir) : undefined;
}
