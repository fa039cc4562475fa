import { mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entrySize } from '../src/archive/header.ts';
import { env } from '../src/platform/ambient.ts';
import { entriesOf } from './forge.ts';
import { attempt, build, createWorld, freshDir, readVolumeBytes, type World } from './kit.ts';

// Section 9, first row. By default each byte is altered once, and eight times where signatures have more than one
// spelling in other formats; SALLYPORT_EVERY_BIT=1 alters every bit.
const everyBit = env('SALLYPORT_EVERY_BIT') !== undefined;

describe('a small bundle', { timeout: 1_800_000 }, () => {
  let world: World;
  let whole: Buffer;
  let medium: string;
  let staging: string;
  beforeAll(async () => {
    world = createWorld(['x']);
    whole = readVolumeBytes(await build(world));
    medium = join(freshDir(world, 'medium'), 'x.tar');
    staging = freshDir(world, 'staging');
    mkdirSync(join(staging, 'objects'));
  });
  afterAll(() => world.remove());

  const bodyRange = (name: string): [number, number] => {
    let at = 0;
    for (const entry of entriesOf(whole)) {
      if (entry.name === name) return [at + 512, at + 512 + entry.body.length];
      at += entrySize(entry.body.length);
    }
    throw new Error(name);
  };

  const flip = async (at: number, bit: number, outcomes: Map<string, number>): Promise<void> => {
    const altered = Buffer.from(whole);
    altered.writeUInt8(altered.readUInt8(at) ^ (1 << bit), at);
    writeFileSync(medium, altered);
    const { code, verdict, message } = await attempt(world, medium, { discard: true }, staging);
    outcomes.set(code ?? 'accepted', (outcomes.get(code ?? 'accepted') ?? 0) + 1);
    if (verdict !== undefined || code === 'INTERNAL') {
      expect.fail(`byte ${at}, bit ${bit}: ${code ?? 'accepted'} ${message ?? ''}`);
    }
  };

  it('is accepted as it is', async () => {
    writeFileSync(medium, whole);
    expect((await attempt(world, medium, {}, freshDir(world, 'staging'))).verdict).toBeDefined();
  });

  it('is refused with a changed bit at every byte', async () => {
    const outcomes = new Map<string, number>();
    for (let at = 0; at < whole.length; at += 1) {
      if (everyBit) for (let bit = 0; bit < 8; bit += 1) await flip(at, bit, outcomes);
      else await flip(at, at % 8, outcomes);
    }
    expect(outcomes.size).toBeGreaterThan(3);
  });

  it('is refused with any bit changed where signatures are spelled', async () => {
    const outcomes = new Map<string, number>();
    const [start, end] = bodyRange('tuf/timestamp.json');
    const [, manifestEnd] = bodyRange('bundle.dsse.json');
    for (let at = start; at < end; at += 1) for (let bit = 0; bit < 8; bit += 1) await flip(at, bit, outcomes);
    for (let at = manifestEnd - 240; at < manifestEnd; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) await flip(at, bit, outcomes);
    }
    expect(outcomes.get('SIGNATURE')).toBeGreaterThan(100);
  });

  it('is refused when it is cut at any byte', async () => {
    writeFileSync(medium, whole);
    for (let length = whole.length - 1; length >= 0; length -= 1) {
      truncateSync(medium, length);
      const { code } = await attempt(world, medium, { discard: true }, staging);
      if (code !== 'TRUNCATED') expect.fail(`cut at ${length}: ${code ?? 'accepted'}`);
    }
    expect(readdirSync(join(staging, 'objects'))).toEqual([]);
  });
});
