import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../sources.ts';
import { until } from '../until.ts';

// A device with a systemd of its own, over a copy of this computer's files that is gone with it.

const unshare = ['--pid', '--fork', '--mount', '--cgroup', '--uts', '--ipc', '--kill-child'];
const target = '[Unit]\nDefaultDependencies=no\n';
const units = ['sysinit', 'basic', 'shutdown', 'network', 'multi-user', 'try'];

/** Whether this computer can play one. */
export const canPlayDevice = (): boolean =>
  existsSync('/usr/lib/systemd/systemd') &&
  process.getuid?.() === 0 &&
  spawnSync('unshare', [...unshare, 'mount', '-t', 'cgroup2', 'none', '/sys/fs/cgroup']).status === 0;

export type PlayedDevice = {
  /** Runs a program on the device to its end. */
  run(program: string, ...args: string[]): Promise<{ status: number | null; output: string }>;
  end(): void;
};

/** Starts a device that sees `shared` in /mnt. */
export async function playDevice(folder: string, shared: string): Promise<PlayedDevice> {
  const [work, unitFolder] = [join(folder, 'device'), join(folder, 'device-units')];
  mkdirSync(work);
  mkdirSync(unitFolder);
  for (const name of units) writeFileSync(join(unitFolder, `${name}.target`), target);
  const script = join(repositoryRoot, 'test/support/systemd/device.sh');
  const outer = spawn('unshare', [...unshare, 'sh', script, work, unitFolder, shared], { stdio: 'ignore' });
  const children = `/proc/${outer.pid ?? 0}/task/${outer.pid ?? 0}/children`;
  // Empty for as long as it has not forked.
  const pid = await until(() =>
    existsSync(children) ? readFileSync(children, 'utf8').trim() || undefined : undefined,
  );
  const inside = ['--target', pid, '--mount', '--pid', '--cgroup', '--uts', '--ipc', '--root', '--wd=/'];
  const run: PlayedDevice['run'] = (program, ...args) =>
    new Promise((resolve) => {
      const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
      execFile('nsenter', [...inside, program, ...args], { env, timeout: 170_000 }, (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({ status, output: `${stdout}${stderr}` });
      });
    });
  await until(async () => (await run('systemctl', 'is-active', 'try.target')).status === 0);
  return { run, end: () => void outer.kill('SIGKILL') };
}
