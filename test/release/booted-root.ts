import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/until.ts';

// A Debian root that boots its own systemd in namespaces of its own, as a machine to install on and to take the power from.

export type BootedRoot = {
  /** Runs a shell script as root on the machine; what it said on both streams, in their order as far as pipes keep it. */
  sh(script: string, timeoutMs?: number): Promise<{ status: number | null; text: string }>;
  /** Ends every process of the machine at once, as a power cut does; files keep what was written. */
  cut(): Promise<void>;
  /** Shuts down as a person does. */
  powerOff(): Promise<void>;
};

const patienceMs = 300_000;

const childrenOf = (pid: number): number[] => {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
};

/** The machine's first process, once systemd runs as it and answers; undefined until then. */
const initOf = (starter: number): number | undefined => {
  for (const unshare of childrenOf(starter))
    for (const init of childrenOf(unshare))
      try {
        const isSystemd = readlinkSync(`/proc/${init}/exe`).endsWith('/systemd/systemd');
        if (isSystemd && existsSync(`/proc/${init}/root/run/systemd/private`)) return init;
      } catch {
        // It ends, or is another user's for the moment.
      }
  return undefined;
};

/** Boots `root`; `stick` is a folder that it sees. Returns when the machine has come up, whatever state it is in. */
export async function bootRoot(root: string, stick: string): Promise<BootedRoot> {
  const script = join(import.meta.dirname, 'boot-root.sh');
  const starter = spawn('unshare', ['--mount', 'sh', script, root, stick], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<void>((resolve) => starter.once('exit', () => resolve()));
  const pid = await until(() => {
    if (starter.exitCode !== null) throw new Error(`${root} does not boot`);
    return initOf(starter.pid ?? 0);
  });
  const kill = (): void => {
    // The number is the machine's for as long as its starter waits for it.
    if (starter.exitCode === null) process.kill(pid, 'SIGKILL');
  };
  process.once('exit', kill);
  const sh: BootedRoot['sh'] = (line, timeoutMs = 600_000) =>
    new Promise((resolve) => {
      const clean = ['env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'LC_ALL=C.UTF-8'];
      const child = spawn('nsenter', ['-t', `${pid}`, '-a', '--wdns=/', ...clean, 'sh', '-c', line], {
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
      });
      let text = '';
      const add = (chunk: Buffer): void => {
        text += chunk.toString();
      };
      child.stdout.on('data', add);
      child.stderr.on('data', add);
      child.once('close', (status) => resolve({ status, text }));
    });
  await sh('systemctl is-system-running --wait', patienceMs);
  return {
    sh,
    cut: async () => {
      kill();
      await ended;
      process.removeListener('exit', kill);
    },
    powerOff: async () => {
      await sh('systemctl poweroff');
      await ended;
      process.removeListener('exit', kill);
    },
  };
}
