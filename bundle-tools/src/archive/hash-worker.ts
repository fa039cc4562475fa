import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';

// The other end of side-hash.ts: hashes what lies in shared memory and gives each slot back.

type HashJob = { slot: number; length: number } | 'digest';
export type HashReply = { free: number } | { digest: string };

const { slots } = workerData as { slots: SharedArrayBuffer[] };
const views = slots.map((slot) => new Uint8Array(slot));
const hash = createHash('sha256');

parentPort?.on('message', (job: HashJob) => {
  if (job === 'digest') {
    parentPort?.postMessage({ digest: hash.digest('hex') } satisfies HashReply);
    return;
  }
  const view = views[job.slot];
  if (view !== undefined) hash.update(view.subarray(0, job.length));
  parentPort?.postMessage({ free: job.slot } satisfies HashReply);
});
