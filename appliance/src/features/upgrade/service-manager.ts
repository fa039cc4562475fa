import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ServiceUser } from '@sallyport/bundle-tools/platform/drop-rights';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { z } from 'zod';
import { type DataActs, dataActs } from '../../data-acts/client.ts';
import { AppError } from '../../platform/errors.ts';
import { userNamed } from '../../platform/service-user.ts';

// Who starts and stops the server: systemd, or a program that a file declares. Commands are lists of arguments, never a shell's.

const unit = 'sallyport.service';

export type ServiceManager = {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops and starts in one order, which is carried out also where this process is killed meanwhile. */
  restart(): Promise<void>;
  /** Whether what the last order started ended by itself, as a program does that cannot start; never where that cannot be told. */
  hasEnded(): Promise<boolean>;
  /** Runs a command line as the server runs: its user, credentials and sandbox; its exit code and what it said. */
  run(args: readonly string[]): Promise<{ status: number | null; stdout: string }>;
};

const program = z.array(z.string().min(1)).min(1).max(50);
const declaration = z.strictObject({
  start: program,
  stop: program,
  restart: program,
  ended: program.optional(),
  user: z.string().min(1).optional(),
});

type Run = { status: number | null; stdout: string };

/** What it says on stderr is shown as it comes. */
const runProgram = ([file = '', ...args]: readonly string[]): Promise<Run> =>
  new Promise((ended, reject) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.once('error', reject);
    child.once('close', (status) => ended({ status, stdout }));
  });

const done = async (line: readonly string[]): Promise<void> => {
  const { status } = await runProgram(line);
  if (status !== 0) throw new AppError('UPGRADE', `${line.join(' ')} ended with ${status ?? 'a signal'}`);
};

/** How a unit is started and watched, and where its output goes, is another's; all else that stands in it is its sandbox. */
const runsOtherwise =
  /^(?:Exec\w+|Type|NotifyAccess|Restart\w*|Timeout\w+|Watchdog\w+|RuntimeMax\w+|SuccessExitStatus|Standard\w+|PIDFile|OOMPolicy)$/;

/**
 * The lines of the section Service of a unit and its drop-ins (`systemctl cat`), in their order, as properties of `systemd-run`. A
 * line that it does not take makes it refuse: then nothing runs with less of a sandbox.
 */
export function sandboxOf(unitText: string): string[] {
  const properties: string[] = [];
  let section = '';
  for (const line of unitText.replaceAll('\\\n', ' ').split('\n')) {
    section = /^\[(\w+)\]\s*$/.exec(line)?.[1] ?? section;
    const [, name = '', value = ''] = /^(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (section === 'Service' && name !== '' && !runsOtherwise.test(name)) properties.push(`${name}=${value}`);
  }
  return properties;
}

/**
 * Runs in the unit's sandbox, and not beside it: a server that was taken over would reach through /proc/PID/root what the unit's mounts
 * keep from it.
 */
const runInSandbox = async (args: readonly string[]): Promise<Run> => {
  const { status, stdout } = await runProgram(['systemctl', 'cat', unit]);
  if (status !== 0) throw new AppError('UPGRADE', `systemctl cat ${unit} ended with ${status ?? 'a signal'}`);
  const properties = sandboxOf(stdout).map((property) => `--property=${property}`);
  return runProgram(['systemd-run', '--quiet', '--collect', '--wait', '--pipe', ...properties, '--', ...args]);
};

/** A start is not waited for: the unit starts when it answers, and a release that never does is gone back from here. */
const systemd = (): ServiceManager => {
  const show = async (...properties: string[]): Promise<string> =>
    (await runProgram(['systemctl', 'show', `--property=${properties}`, unit])).stdout;
  const invocation = async (): Promise<string> => show('InvocationID');
  let before = '';
  const order = async (verb: string): Promise<void> => {
    before = await invocation();
    await done(['systemctl', '--no-block', verb, unit]);
  };
  return {
    start: () => order('start'),
    stop: () => done(['systemctl', 'stop', unit]),
    restart: () => order('restart'),
    hasEnded: async () => {
      const text = await show('ActiveState', 'SubState', 'Result');
      // One that a signal ended, or the kernel for want of memory, is started again and waited for.
      const isEnd =
        /^Result=(?:exit-code|protocol)$/m.test(text) &&
        /^(?:ActiveState=failed|SubState=auto-restart\S*)$/m.test(text);
      // What ended before the order was carried out is no answer to it.
      return isEnd && (await invocation()) !== before;
    },
    run: runInSandbox,
  };
};

const readDeclaration = (path: string): z.infer<typeof declaration> => {
  const parsed = declaration.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!parsed.success) throw new AppError('USAGE', `${path}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
};

/** The user that a file declares; root's own where it declares none, and then the data are root's, too. USAGE. */
const declaredUser = (path: string, name: string | undefined, dataDir: string): ServiceUser | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  const user = name === undefined ? undefined : userNamed(name);
  if (name !== undefined && user === undefined) throw new AppError('USAGE', `${path}: there is no user ${name}`);
  const owner = statSync(dataDir, { throwIfNoEntry: false })?.uid ?? 0;
  if (name === undefined && owner !== 0)
    throw new AppError('USAGE', `${dataDir} is another user's: name that user in ${path}, "user": "NAME"`);
  return user;
};

/** Who serves: what starts and stops it, undefined where nothing does, as while an image is made; and whose the data are. */
export type Server = {
  service: ServiceManager | undefined;
  data: DataActs;
  /** Undefined where this process is that user. */
  user: ServiceUser | undefined;
};

const asUser = ({ uid, gid }: ServiceUser): string[] => [
  'setpriv',
  `--reuid=${uid}`,
  `--regid=${gid}`,
  '--clear-groups',
  '--inh-caps=-all',
  '--no-new-privs',
];

/** The server that the file declares, else the one of the package. USAGE. */
export function serverOf(path: string | undefined, dataDir: string): Server {
  if (path === undefined) {
    const service = isThere('/run/systemd/system') ? systemd() : undefined;
    const user = process.getuid?.() === 0 ? userNamed('sallyport') : undefined;
    return { service, user, data: dataActs(dataDir, user) };
  }
  const { start, stop, restart, ended, user: name } = readDeclaration(path);
  const user = declaredUser(path, name, dataDir);
  const service: ServiceManager = {
    start: () => done(start),
    stop: () => done(stop),
    restart: () => done(restart),
    hasEnded: async () => ended !== undefined && (await runProgram(ended)).status === 0,
    run: (args) => runProgram([...(user === undefined ? [] : asUser(user)), ...args, '--service', resolve(path)]),
  };
  return { service, user, data: dataActs(dataDir, user) };
}
