import { Worker } from 'node:worker_threads';

const probe = `
const { parentPort, workerData } = require('node:worker_threads');
const { closeSync, fdatasyncSync, openSync, writeSync } = require('node:fs');
const db = require(workerData.driver)(workerData.path, { timeout: 60000 });
db.pragma('synchronous = FULL');
db.pragma('wal_autocheckpoint = 0');
const change = db.prepare('update device set created_at = ? where id = (select min(id) from device)');
const flushed = openSync(workerData.beside, 'w');
const none = () => ({ lockMs: 0, commitMs: 0, flushMs: 0, taken: 0 });
let longest = none(), n = 0;
parentPort.on('message', (wanted) => {
  if (wanted === 'stop') { db.close(); closeSync(flushed); process.exit(); }
  parentPort.postMessage(longest);
  longest = none();
});
const once = () => {
  const start = performance.now();
  db.exec('begin immediate');
  const locked = performance.now();
  change.run(n);
  const changed = performance.now();
  db.exec('commit');
  const committed = performance.now();
  writeSync(flushed, Buffer.alloc(4096, n), 0, 4096, 0);
  fdatasyncSync(flushed);
  longest.lockMs = Math.max(longest.lockMs, locked - start);
  longest.commitMs = Math.max(longest.commitMs, committed - changed);
  longest.flushMs = Math.max(longest.flushMs, performance.now() - committed);
  longest.taken += 1;
  n += 1;
  setTimeout(once, 10);
};
once();
`;

/** What a writer waits for at most: the lock, then the disk at its commit; and what the disk takes for a page of a file beside the database. */
export type LongestWaits = { lockMs: number; commitMs: number; flushMs: number; taken: number };

/** A further writer of a database, each 10 ms one row. `take` gives the longest waits since the last `take`. */
export const writerProbe = (
  path: string,
  driver: string,
  beside: string,
): { take(): Promise<LongestWaits>; stop(): Promise<void> } => {
  const worker = new Worker(probe, { eval: true, workerData: { path, driver, beside } });
  const ended = new Promise<void>((resolve, reject) => {
    worker.once('exit', () => resolve());
    worker.once('error', reject);
  });
  return {
    take: () =>
      Promise.race([
        new Promise<LongestWaits>((resolve) => {
          worker.once('message', resolve);
          worker.postMessage('take');
        }),
        ended.then(() => {
          throw new Error('the probe has ended');
        }),
      ]),
    stop: () => {
      worker.postMessage('stop');
      return ended;
    },
  };
};
