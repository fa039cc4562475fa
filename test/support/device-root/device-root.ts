import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { binOf } from '../commands.ts';
import { repositoryRoot } from '../sources.ts';

// A device that is a machine of its own to our agent: its root is a folder of files over this computer's, in a mount namespace that
// is gone with the agent.

const script = join(import.meta.dirname, 'device.sh');

const put = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

/** What the firmware and the network card of a device say. */
export function layHardware(files: string, { mac, serial }: { mac: string; serial: string }): void {
  put(join(files, 'sys/class/net/eth0/address'), `${mac}\n`);
  put(join(files, 'sys/class/net/eth0/device/vendor'), '0x8086\n');
  put(join(files, 'sys/class/dmi/id/product_serial'), `${serial}\n`);
}

const inRoot = (files: string, work: string, ...command: string[]): string[] => [
  '--mount',
  '--uts',
  'sh',
  script,
  files,
  work,
  repositoryRoot,
  ...command,
];

/** Whether this computer can play one: it takes root. */
export function canPlayRoot(files: string, work: string): boolean {
  return process.getuid?.() === 0 && spawnSync('unshare', inRoot(files, work, 'true')).status === 0;
}

/** Starts the agent's service on the device, with the state that its package lays. */
export function startAgentIn(files: string, work: string): ChildProcess {
  const command = [process.execPath, binOf('sallyport-agent'), 'run', '--state', '/var/lib/sallyport-agent'];
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', TMPDIR: '/tmp' };
  return spawn('unshare', inRoot(files, work, ...command), { stdio: 'ignore', env });
}
