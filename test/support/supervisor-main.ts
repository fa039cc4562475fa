import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './until.ts';

// Starts and stops the server of a folder of releases, as systemd would: supervisor-main.ts ROOT DATA start|stop|restart. The
// server is whatever `current` leads to when it starts.

const [root = '', data = '', order] = process.argv.slice(2);
const pidFile = join(root, 'server.pid');

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // One that has ended and that nobody asked about is no process any more.
    return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};
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

const start = (): void => {
  if (runningPid() !== undefined) return;
  const log = openSync(join(root, 'server.log'), 'a');
  const current = join(root, 'current');
  const child = spawn(
    join(current, 'node_modules/.bin/node'),
    [join(current, 'appliance/bin/sallyport.js'), 'serve', '--data', data],
    { stdio: ['ignore', log, log] },
  );
  writeFileSync(pidFile, String(child.pid));
  closeSync(log);
  child.unref();
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
if (order !== 'stop') start();
rmSync(lock);
