import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './until.ts';

// Starts and stops the server of a folder of releases, as systemd would: a start ends when the server listens or has ended, and
// one that was killed is started once more. The server is whatever `current` leads to. supervisor-main.ts is the same as a program.

export type SupervisorOrder = 'start' | 'stop' | 'restart';

/** Whether the server that was started last ended by itself before it listened. */
export const hasEnded = (root: string): boolean => existsSync(join(root, 'server.ended'));

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // One that has ended and that nobody asked about is no process any more.
    return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

export async function supervise(root: string, data: string, order: SupervisorOrder): Promise<void> {
  const pidFile = join(root, 'server.pid');
  const runningPid = (): number | undefined => {
    const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0;
    return pid > 0 && isAlive(pid) ? pid : undefined;
  };
  const stop = async (): Promise<void> => {
    const pid = runningPid();
    if (pid === undefined) return;
    process.kill(pid, 'SIGTERM');
    await until(() => (isAlive(pid) ? undefined : true));
    rmSync(pidFile, { force: true });
  };
  const log = join(root, 'server.log');
  /** Ends when the server listens, or has ended; whether a signal ended it. */
  const startOnce = async (): Promise<boolean> => {
    rmSync(join(root, 'server.ended'), { force: true });
    const output = openSync(log, 'a');
    const { size: before } = statSync(log);
    const current = join(root, 'current');
    const child = spawn(
      join(current, 'node_modules/.bin/node'),
      [join(current, 'appliance/bin/sallyport.js'), 'serve', '--data', data],
      { stdio: ['ignore', output, output] },
    );
    writeFileSync(pidFile, String(child.pid));
    closeSync(output);
    const listens = (): boolean => readFileSync(log).subarray(before).includes('listening on');
    await until(() => child.exitCode !== null || child.signalCode !== null || listens());
    if (child.exitCode !== null) writeFileSync(join(root, 'server.ended'), '');
    child.unref();
    return child.signalCode !== null;
  };
  const start = async (): Promise<void> => {
    if (runningPid() === undefined && (await startOnce())) await startOnce();
  };
  // One order after the other: the one before may be a killed upgrade's.
  const lock = join(root, 'supervisor.lock');
  await until(() => {
    try {
      closeSync(openSync(lock, 'wx'));
      return true;
    } catch {
      return undefined;
    }
  });
  if (order !== 'start') await stop();
  if (order !== 'stop') await start();
  rmSync(lock);
}
