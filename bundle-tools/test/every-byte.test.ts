import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { env } from '../src/platform/ambient.ts';
import { attack } from './attack.ts';
import type { Share, Tally } from './every-byte-worker.ts';
import { attempt, build, createWorld, freshDir, readVolumeBytes, siteContext, type World } from './kit.ts';

// Section 9, first row. Two threads share the bytes. The tests alter one bit of every byte; the long form, as `make soak` runs
// it, every bit: all of them, not a sample.

const bits = env('SALLYPORT_LONG') === '1' ? 8 : 1;

const threads = 2;

const run = (share: Share): Promise<Tally> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(join(import.meta.dirname, 'every-byte-worker.ts'), { workerData: share });
    worker.once('message', resolve);
    worker.once('error', reject);
  });

describe('a small bundle', { timeout: 900_000 }, () => {
  let world: World;
  let whole: Buffer;
  beforeAll(async () => {
    world = createWorld(['']);
    whole = readVolumeBytes(await build(world));
  });
  afterAll(() => world.remove());

  it('is accepted as it is', async () => {
    const medium = join(freshDir(world, 'medium'), 'x.tar');
    writeFileSync(medium, whole);
    expect((await attempt(world, medium)).verdict).toBeDefined();
  });

  attack('altered', 'every byte, and the cut at every byte', async () => {
    const context = siteContext(world, { discard: true });
    const folders = Array.from({ length: threads }, () => freshDir(world, 'share'));
    for (const folder of folders) mkdirSync(join(folder, 'staging'));
    const tallies = await Promise.all(
      folders.map((folder, first) => run({ whole, context, folder, first, step: threads, bits })),
    );
    const sum = (pick: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + pick(tally), 0);
    expect(tallies.flatMap(({ wrong }) => wrong).slice(0, 20)).toEqual([]);
    expect(sum(({ flips }) => flips)).toBe(whole.length * bits);
    expect(sum(({ cuts }) => cuts)).toBe(whole.length);
    expect(tallies.flatMap(({ staged }) => staged)).toEqual([]);
    const codes = [...new Set(tallies.flatMap((tally) => Object.keys(tally.codes)))].sort();
    expect(codes).toEqual(expect.arrayContaining(['HEADER', 'METADATA', 'SIGNATURE', 'TRAILING']));
    console.info(`${whole.length * bits} altered bits, ${whole.length} cuts, 0 accepted; codes: ${codes.join(' ')}`);
  });
});
