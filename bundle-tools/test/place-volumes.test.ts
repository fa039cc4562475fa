import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planBundle } from '../src/builder/plan-bundle.ts';
import { MiB } from '../src/documents/limits.ts';
import { BundleError } from '../src/errors.ts';
import { objectStore } from '../src/host/objects.ts';
import { placeVolumes } from '../src/host/write-volumes.ts';
import { bundleOptions, createWorld, freshDir, type World } from './kit.ts';

type Options = Parameters<typeof placeVolumes>[0];

describe('volumes on their way to a medium', () => {
  let world: World;
  let state: Options['state'];
  beforeAll(() => {
    world = createWorld([Buffer.alloc(3 * MiB, 1), Buffer.alloc(3 * MiB, 2), Buffer.alloc(3 * MiB, 3)]);
    state = { objects: freshDir(world, 'objects'), staging: freshDir(world, 'staging') } as Options['state'];
    for (const { sha256 } of world.lines) objectStore(state.objects).putFile(world.objectPath(sha256), sha256);
  });
  afterAll(() => world.remove());

  const place = async (change: Partial<Options>, media = freshDir(world, 'medium')) => {
    const io = { progress: () => undefined, note: () => undefined } as unknown as Options['io'];
    const plan = planBundle(bundleOptions(world, { volumeBytes: 4 * MiB }));
    const check: Options['check'] = async (_, n) => {
      if (n === 3) throw new BundleError('SELF_CHECK', 'the third is bad');
    };
    const done = await placeVolumes({ state, plan, media, io, check, isKept: false, ...change }, [1, 2, 3]).then(
      () => 'placed',
      (error: unknown) => (error instanceof BundleError ? error.code : error),
    );
    return { done, files: readdirSync(media).filter((name) => name.endsWith('.tar')) };
  };

  it('leave nothing of a bundle that nobody could finish', async () => {
    expect(await place({})).toEqual({ done: 'SELF_CHECK', files: [] });
    expect(readdirSync(join(state.staging))).toEqual([]);
  });

  it('stay where they are when the bundle is kept and the rest can be made again', async () => {
    expect(await place({ isKept: true })).toMatchObject({ done: 'SELF_CHECK', files: { length: 2 } });
  });

  it('are compared before they leave', async () => {
    const seen: string[] = [];
    const check: Options['check'] = async (_, n, sha256) => {
      seen.push(`${n} ${sha256.length}`);
    };
    expect(await place({ check })).toMatchObject({ done: 'placed', files: { length: 3 } });
    expect(seen).toEqual(['1 64', '2 64', '3 64']);
  });
});
