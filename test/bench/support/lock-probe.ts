import { Worker } from 'node:worker_threads';

const probe = `
const { parentPort, workerData } = require('node:worker_threads');
const db = require(workerData.driver)(workerData.path, { timeout: 60000 });
let longestMs = 0, taken = 0, stopped = false;
parentPort.on('message', () => { stopped = true; });
const once = () => {
  if (stopped) { db.close(); parentPort.postMessage({ longestMs, taken }); parentPort.close(); return; }
  const start = performance.now();
  db.exec('begin immediate; commit');
  longestMs = Math.max(longestMs, performance.now() - start);
  taken += 1;
  setTimeout(once, 10);
};
once();
`;

/** How long another writer waits at most for the write lock of a database while `work` runs. */
export const longestWait = async <T>(
  path: string,
  driver: string,
  work: () => Promise<T>,
): Promise<{ value: T; longestMs: number; taken: number }> => {
  const worker = new Worker(probe, { eval: true, workerData: { path, driver } });
  const seen = new Promise<{ longestMs: number; taken: number }>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  const value = await work();
  worker.postMessage('stop');
  return { value, ...(await seen) };
};
