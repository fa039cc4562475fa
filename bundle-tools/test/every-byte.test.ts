import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seed } from '../../test/support/chance.ts';
import { isLong } from '../../test/support/long.ts';
import { attack } from './attack.ts';
import type { Share, Tally } from './every-byte-worker.ts';
import { attempt, build, createWorld, freshDir, readVolumeBytes, siteContext, type World } from './kit.ts';

// Section 9, first row. Two threads share the places. The long form, as `make soak` runs it, alters every bit of every byte and
// cuts at every byte; here one bit of every twentieth, and of each byte of one header, since a header is compared as a whole.

const bits = isLong ? 8 : 1;
const apart = isLong ? 1 : 20;
const blockBytes = 512;

const placesIn = (whole: Buffer): number[] => {
  const isHeader = (at: number): boolean => whole.toString('latin1', at + 257, at + 262) === 'ustar';
  const headers = Array.from({ length: Math.ceil(whole.length / blockBytes) }, (_, n) => n * blockBytes).filter(
    isHeader,
  );
  const drawn = headers[seed % headers.length] ?? 0;
  return [...whole.keys()].filter((at) => at % apart === seed % apart || (at >= drawn && at < drawn + blockBytes));
};

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

  attack('altered', 'bytes all over it, and the cut at each of them', async () => {
    const places = placesIn(whole);
    const context = siteContext(world, { discard: true });
    const folders = Array.from({ length: threads }, () => freshDir(world, 'share'));
    for (const folder of folders) mkdirSync(join(folder, 'staging'));
    const tallies = await Promise.all(
      folders.map((folder, index) =>
        run({ whole, context, folder, places: places.filter((_, n) => n % threads === index), bits }),
      ),
    );
    const sum = (pick: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + pick(tally), 0);
    expect(tallies.flatMap(({ wrong }) => wrong).slice(0, 20)).toEqual([]);
    expect(sum(({ flips }) => flips)).toBe(places.length * bits);
    const eighth = Math.floor((places.length * bits) / 8) - 2 * threads;
    for (let bit = 0; bit < 8; bit += 1) expect(sum((tally) => tally.bits[bit] ?? 0)).toBeGreaterThan(eighth);
    expect(sum(({ cuts }) => cuts)).toBe(places.length);
    expect(tallies.flatMap(({ staged }) => staged)).toEqual([]);
    const codes = [...new Set(tallies.flatMap((tally) => Object.keys(tally.codes)))].sort();
    expect(codes).toEqual(expect.arrayContaining(['HEADER', 'METADATA', 'SIGNATURE', 'TRAILING']));
    console.info(`${places.length * bits} altered bits, ${places.length} cuts, 0 accepted; codes: ${codes.join(' ')}`);
  });
});
