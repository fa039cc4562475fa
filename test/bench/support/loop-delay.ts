import { readFileSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

// Loaded into a server that is measured: how long its own thread was held in one piece, by work or waiting for a lock or a disk. The time
// in which the kernel gave it no processor is taken off (schedstat): other programs of the machine cause it. Asked by SIGUSR2, it
// writes what was since the last time into a file and begins anew.

const file = process.env['BENCH_LOOP_FILE'];
const everyMs = 2;

type Reading = { nowMs: number; unscheduledMs: number };

const read = (): Reading => ({
  nowMs: performance.now(),
  unscheduledMs: Number(readFileSync('/proc/self/schedstat', 'latin1').split(' ')[1]) / 1e6,
});

if (isMainThread && file !== undefined) {
  let last = read();
  let held: number[] = [];
  let cpu = process.threadCpuUsage();
  const look = (): void => {
    const now = read();
    held.push(Math.max(0, now.nowMs - last.nowMs - everyMs - (now.unscheduledMs - last.unscheduledMs)));
    last = now;
  };
  setInterval(look, everyMs).unref();
  process.on('SIGUSR2', () => {
    look();
    const sorted = held.sort((a, b) => a - b);
    const { user, system } = process.threadCpuUsage(cpu);
    writeFileSync(
      file,
      JSON.stringify({
        longestMs: sorted.at(-1) ?? 0,
        over20: sorted.filter((ms) => ms > 20).length,
        cpuMs: (user + system) / 1000,
      }),
    );
    held = [];
    cpu = process.threadCpuUsage();
    last = read();
  });
}
