import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
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

type Run = { status: number | null; stdout: string };

/** What it says on stderr is shown as it comes. */
const runProgram = ([file = '', ...args]: readonly string[], user: { uid?: number; gid?: number } = {}): Promise<Run> =>
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
const ownerOf = (dataDir: string): { uid?: number; gid?: number } => {
  const { uid, gid } = statSync(dataDir);
  return process.getuid?.() === 0 && uid !== 0 ? { uid, gid } : {};
};

/** A start is not waited for: the unit starts when it answers, and a release that never does is gone back from here. */
const systemd = (dataDir: string): ServiceManager => ({
  start: () => done(['systemctl', '--no-block', 'start', unit]),
  stop: () => done(['systemctl', 'stop', unit]),
  restart: () => done(['systemctl', '--no-block', 'restart', unit]),
  run: async (args) => {
    const user = ownerOf(dataDir);
    const credentials: string[] = [];
    for (const name of ['LoadCredential', 'LoadCredentialEncrypted']) {
      const { stdout } = await runProgram(['systemctl', 'show', unit, '-P', name]);
      for (const one of stdout.split(/\s+/).filter((text) => text !== '')) credentials.push('-p', `${name}=${one}`);
    }
    if (credentials.length === 0) return runProgram(args, user);
    const as = user.uid === undefined ? [] : ['-p', `User=${user.uid}`, '-p', `Group=${user.gid}`];
    return runProgram(['systemd-run', '--quiet', '--wait', '--pipe', '--collect', ...as, ...credentials, ...args]);
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
