import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { ServiceUser } from '@sallyport/bundle-tools/platform/drop-rights';
import { ensureDir, writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { rootsPath } from '@sallyport/bundle-tools/platform/roots-path';
import type { DataActs } from '../../data-acts/client.ts';
import { AppError } from '../../platform/errors.ts';
import { userNamed } from '../../platform/service-user.ts';

// What `setup` and `destroy` change of the system around the data folder: drop-ins of the unit, the sealed master key, the rule
// for media. Everything can be asked for again; a second time nothing changes.

export type System = {
  /** Before /etc and /run; empty on the system itself. */
  prefix: string;
  /** systemd runs here, so units can be started. */
  hasSystemd: boolean;
};

/** The system that the command runs on, or a folder that becomes one. */
export const systemAt = (prefix: string): System => ({
  prefix,
  hasSystemd: prefix === '' && isThere('/run/systemd/system'),
});

const dropIns = '/etc/systemd/system/sallyport.service.d';
const endingDropIns = '/etc/systemd/system/sallyport-settle.service.d';
const sealedKey = '/etc/sallyport/master.cred';
const dataFolderFile = '/etc/sallyport/data-folder';
const mediaRule = '/etc/udev/rules.d/70-sallyport-media.rules';
const usualDataDir = '/var/lib/sallyport';

type Run = { status: number | null; stdout: string; stderr: string };

const run = (file: string, ...args: string[]): Run => spawnSync(file, args, { encoding: 'utf8' });
const runWith = (input: string | Buffer, file: string, ...args: string[]): Run =>
  spawnSync(file, args, { encoding: 'utf8', input });

const systemctl = (system: System, ...args: string[]): void => {
  if (!system.hasSystemd) return;
  const { status, stderr } = run('systemctl', ...args);
  if (status !== 0) throw new AppError('USAGE', `systemctl ${args.join(' ')} ended with ${status}: ${stderr.trim()}`);
};

/** Writes a file of the system unless it is so already; true when it changed. */
function keepFile({ prefix }: System, path: string, text: string | undefined): boolean {
  const full = `${prefix}${path}`;
  const held = isThere(full) ? readFileSync(full, 'utf8') : undefined;
  if (held === text) return false;
  if (text === undefined) rmSync(full);
  else {
    mkdirSync(dirname(full), { recursive: true, mode: 0o755 });
    writeFileDurable(full, text, 0o644);
  }
  return true;
}

/** Ports below 1024 take a right, which the unit has only where it needs it. */
export function allowPort(system: System, port: number): boolean {
  const text = `# The port ${port} is below 1024.\n[Service]\nAmbientCapabilities=CAP_NET_BIND_SERVICE\nCapabilityBoundingSet=CAP_NET_BIND_SERVICE\n`;
  return keepFile(system, `${dropIns}/port.conf`, port < 1024 ? text : undefined);
}

/** Names the data folder to the unit and to commands where it is not the usual one. */
export function nameDataFolder(system: System, dataDir: string): boolean {
  const isUsual = dataDir === usualDataDir;
  const text = `[Service]\nEnvironment=SALLYPORT_DATA_DIR=${dataDir}\nReadWritePaths=${dataDir}\n`;
  const unit = keepFile(system, `${dropIns}/data.conf`, isUsual ? undefined : text);
  const ending = `[Service]\nEnvironment=SALLYPORT_DATA_DIR=${dataDir}\n`;
  keepFile(system, `${endingDropIns}/data.conf`, isUsual ? undefined : ending);
  return keepFile(system, dataFolderFile, isUsual ? undefined : `${dataDir}\n`) || unit;
}

/** Whether media that are plugged in are mounted for the appliance: the package's rule, or a mask over it. */
export function mountMedia(system: System, wanted: boolean): boolean {
  const path = `${system.prefix}${mediaRule}`;
  const isMasked =
    lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true && readlinkSync(path) === '/dev/null';
  if (isMasked !== wanted) return false;
  if (wanted) rmSync(path);
  else {
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync('/dev/null', path);
  }
  if (system.hasSystemd) run('udevadm', 'control', '--reload');
  return true;
}

type MasterKey = { kind: 'credential' | 'file'; why: string };

/** What the sealed key is bound to: systemd-creds takes the TPM where there is one, and binds to its PCR 7. */
const boundTo = (): string =>
  run('systemd-creds', 'has-tpm2', '--quiet').status === 0
    ? 'sealed to the TPM and the Secure Boot state (PCR 7) of this computer: after a change of Secure Boot or its keys it does not open, and a backup with the recovery key is the way back'
    : 'sealed to this computer';

const openSealed = (path: string): string | undefined => {
  const { status, stdout } = run('systemd-creds', 'decrypt', '--name=SALLYPORT_MASTER', path, '-');
  return status === 0 ? stdout : undefined;
};

/**
 * Seals the master key to this computer and names it to the unit. The file goes only after the sealed one was opened again and is
 * the same. Where the system cannot, the key stays the file that it is, and the answer says why. The data folder's user hands
 * both over.
 */
export async function keepMasterKey(system: System, data: DataActs, wanted: 'credential' | 'file'): Promise<MasterKey> {
  const sealed = `${system.prefix}${sealedKey}`;
  const dropIn = (isThere: boolean): void => {
    const text = `[Service]\nLoadCredentialEncrypted=SALLYPORT_MASTER:${sealedKey}\n`;
    keepFile(system, `${dropIns}/master.conf`, isThere ? text : undefined);
  };
  const { key, sealed: beside } = await data.call('master-key.read', {});
  // A package that was purged left it beside the data.
  if (!isThere(sealed) && beside !== null) {
    mkdirSync(dirname(sealed), { recursive: true, mode: 0o755 });
    writeFileDurable(sealed, Buffer.from(beside, 'base64'), 0o600);
    await data.call('master-key.remove', { what: 'sealed' });
  }
  if (isThere(sealed)) {
    dropIn(true);
    return { kind: 'credential', why: boundTo() };
  }
  if (wanted === 'file') return { kind: 'file', why: 'as asked for' };
  if (!system.hasSystemd) return { kind: 'file', why: 'systemd does not run here' };
  const text = Buffer.from(key ?? '', 'base64');
  mkdirSync(dirname(sealed), { recursive: true, mode: 0o755 });
  const { status, stderr } = runWith(text, 'systemd-creds', 'encrypt', '--name=SALLYPORT_MASTER', '-', sealed);
  if (status !== 0 || key === null || openSealed(sealed) !== text.toString('utf8')) {
    rmSync(sealed, { force: true });
    return { kind: 'file', why: `systemd-creds cannot seal it here: ${stderr.trim().slice(0, 200)}` };
  }
  chmodSync(sealed, 0o600);
  dropIn(true);
  await data.call('master-key.remove', { what: 'key' });
  return { kind: 'credential', why: boundTo() };
}

/** The service's user; undefined where the system has none, as below a prefix. USAGE on a system without it. */
export function serviceUser({ prefix }: System): ServiceUser | undefined {
  if (prefix !== '') return undefined;
  const user = userNamed('sallyport');
  if (user === undefined)
    throw new AppError('USAGE', 'there is no user sallyport; install the package sallyport first');
  return user;
}

/**
 * Makes the data folder, the one thing of it that root makes: where only root says what it is. One that is there is the service's
 * user's already, or root's and empty. USAGE for any other, with what a person does about it.
 */
export function makeDataFolder(dataDir: string, user: ServiceUser | undefined): void {
  if (user === undefined) {
    ensureDir(dataDir, 0o700);
    return;
  }
  if (statSync(dataDir, { throwIfNoEntry: false })?.uid === user.uid) return;
  const real = rootsPath(dataDir);
  if (real === undefined)
    throw new AppError(
      'USAGE',
      `others than root say what ${dataDir} is; make it and give it to the service's user: install -d -o sallyport -g sallyport -m 0700 ${dataDir}`,
    );
  if (!isThere(real)) {
    ensureDir(dirname(real));
    mkdirSync(real, { mode: 0o700 });
  }
  if (lstatSync(real).uid !== 0 || readdirSync(real).length > 0)
    throw new AppError(
      'USAGE',
      `${dataDir} is not the service's user's, and not empty; see what lies there, then give it away: chown -R -h sallyport:sallyport ${real}`,
    );
  chmodSync(real, 0o700);
  chownSync(real, user.uid, user.gid);
}

/** Starts the service now and at each start of the system; true when it runs. */
export function startService(system: System, isChanged: boolean): boolean {
  if (!system.hasSystemd) return false;
  systemctl(system, 'daemon-reload');
  systemctl(system, 'enable', 'sallyport.service');
  systemctl(system, isChanged ? 'restart' : 'start', 'sallyport.service');
  return run('systemctl', 'is-active', 'sallyport.service').stdout.trim() === 'active';
}

/** The service of this appliance runs. */
export const isServing = (system: System): boolean =>
  system.hasSystemd && run('systemctl', 'is-active', 'sallyport.service').stdout.trim() === 'active';

/** Removes the data folder itself, which is empty, and the link that led to it; false where it is still there. */
export function removeDataFolder(dataDir: string): boolean {
  const real = realpathSync(dataDir);
  rmdirSync(real);
  if (real !== dataDir && lstatSync(dataDir, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(dataDir);
  return !isThere(dataDir);
}

/** What a command as people run it said: as the service's user, with the master key that the service has. */
function commandRun({ prefix }: System, words: readonly string[], input?: string): Run {
  const wrapper = '/usr/bin/sallyport';
  const ourselves = [process.execPath, process.argv[1] ?? ''];
  const [file = '', ...args] = prefix === '' && isThere(wrapper) ? [wrapper] : ourselves;
  return input === undefined ? run(file, ...args, ...words) : runWith(input, file, ...args, ...words);
}

/** A command as people run it from now on. */
export function runCommand(system: System, ...words: string[]): { status: number | null; text: string } {
  const { status, stdout, stderr } = commandRun(system, words);
  return { status, text: `${stdout}${stderr}` };
}

/** What such a command answers with `--json`; `input` is its standard input. USAGE with its own words where it fails. */
export function askCommand<T>(system: System, words: readonly string[], input?: string): T {
  const { status, stdout, stderr } = commandRun(system, [...words, '--json'], input);
  if (status !== 0)
    throw new AppError(
      'USAGE',
      `sallyport ${words.slice(0, 2).join(' ')} ended with ${status}: ${stderr.trim().slice(0, 500)}`,
    );
  return JSON.parse(stdout) as T;
}

/** Takes back all that `setup` laid into the system; the names of what was removed. */
export function takeBack(system: System): string[] {
  if (system.hasSystemd) run('systemctl', 'disable', '--now', 'sallyport.service');
  const removed: string[] = [];
  for (const path of [dropIns, endingDropIns, dirname(sealedKey)].map((name) => `${system.prefix}${name}`)) {
    if (!isThere(path)) continue;
    rmSync(path, { recursive: true });
    removed.push(path);
  }
  if (mountMedia(system, true)) removed.push(`${system.prefix}${mediaRule}`);
  systemctl(system, 'daemon-reload');
  return removed;
}
