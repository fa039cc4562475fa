import { afterAll, describe, expect, it } from 'vitest';
import { buildBundle } from '../src/builder/build-bundle.ts';
import type { ImportContext } from '../src/importer/context.ts';
import { attack } from './attack.ts';
import {
  attempt,
  build,
  bundleOptions,
  createWorld,
  kitTime,
  makeRoot,
  policyBytes,
  publish,
  request,
  volumeOf,
} from './kit.ts';

// Section 7, through the importer. The kit's metadata: root 2029, snapshot and targets 2027-04-01, timestamp and bundle
// 2026-08-01; requests and floor 2026-05-01.

const world = createWorld();
const answer = volumeOf(await build(world));
afterAll(() => world.remove());
const buildBroadcast = () => {
  const { request: _request, ...options } = bundleOptions(world, { site: '*' });
  return buildBundle(options);
};
const broadcast = volumeOf(await buildBroadcast());

const take = async (path: string, systemNow: string, changes: Partial<ImportContext> = {}) => {
  // A site whose clock is right: what is certain has gone on with it.
  const floor = systemNow > kitTime ? systemNow : kitTime;
  const { verdict, code } = await attempt(world, path, { systemNow, floor, broadcastAllowed: true, ...changes });
  return code ?? verdict?.warnings ?? [];
};

describe('an answer to an open request', () => {
  it('is fresh while everything is valid', async () => {
    expect(await take(answer, '2026-07-31T23:59:59Z')).toEqual([]);
  });

  it('only warns when timestamp and bundle are past', async () => {
    expect(await take(answer, '2026-08-01T00:00:00Z')).toEqual(['STALE']);
    expect(await take(answer, '2027-03-31T23:59:59Z')).toEqual(['STALE']);
  });

  attack(
    'expired',
    'is refused when snapshot and targets are past, unless an operator accepts it within the grace',
    async () => {
      expect(await take(answer, '2027-04-01T00:00:00Z')).toBe('EXPIRED');
      expect(await take(answer, '2027-04-02T00:00:00Z', { acceptStale: 'the ship is at sea' })).toEqual(['STALE']);
      const { verdict } = await attempt(world, answer, {
        systemNow: '2027-04-02T00:00:00Z',
        floor: '2027-04-02T00:00:00Z',
        acceptStale: 'at sea',
      });
      expect(verdict?.acceptedStale).toBe(true);
      expect(await take(answer, '2027-10-01T00:00:00Z', { acceptStale: 'too long' })).toBe('EXPIRED');
      expect(await take(answer, '2027-04-12T00:00:00Z', { acceptStale: 'short grace', graceDays: 10 })).toBe('EXPIRED');
    },
  );

  it('takes the shorter of the two graces', async () => {
    const policy = policyBytes({ grace_days: 10 });
    const published = publish(world.keys, { version: 1, catalog: 1, inventory: world.inventory, policy });
    const path = volumeOf(await build(world, { policy, tuf: { root: world.root, roots: [], ...published } }));
    expect(await take(path, '2027-04-10T00:00:00Z', { acceptStale: 'x' })).toEqual(['STALE']);
    expect(await take(path, '2027-04-12T00:00:00Z', { acceptStale: 'x' })).toBe('EXPIRED');
  });

  attack('clock', 'is taken with a clock in 1970 and with one in 2099, with a warning', async () => {
    expect(await take(answer, '1970-01-01T00:00:00Z')).toEqual(['CLOCK_BEHIND']);
    // Nothing has ended by it; the site itself takes nothing in until a person agreed.
    expect(await take(answer, '2099-01-01T00:00:00Z', { floor: kitTime })).toEqual(['CLOCK_SUSPECT']);
  });

  it('is refused when its metadata was past before the request was written', async () => {
    const open = [{ ...request, number: 1, floor: '2026-09-01T00:00:00Z' }];
    expect(await take(answer, '2026-09-01T00:00:00Z', { openRequests: open, floor: '2026-09-01T00:00:00Z' })).toBe(
      'EXPIRED',
    );
  });
});

describe('a broadcast', () => {
  attack('clock', 'is judged at the present time, whatever is past', async () => {
    expect(await take(broadcast, '2026-07-31T23:59:59Z')).toEqual([]);
    expect(await take(broadcast, '2026-08-01T00:00:00Z')).toBe('EXPIRED');
    expect(await take(broadcast, '2099-01-01T00:00:00Z')).toBe('EXPIRED');
    expect(await take(broadcast, '2099-01-01T00:00:00Z', { floor: kitTime })).toEqual(['CLOCK_SUSPECT']);
  });

  attack('clock', 'is not made young by a clock that is behind', async () => {
    expect(await take(broadcast, '1970-01-01T00:00:00Z')).toEqual(['CLOCK_BEHIND']);
    expect(await take(broadcast, '1970-01-01T00:00:00Z', { floor: '2026-08-01T00:00:00Z' })).toBe('EXPIRED');
  });

  it('is taken stale within the grace when an operator says so', async () => {
    expect(await take(broadcast, '2026-08-20T00:00:00Z', { acceptStale: 'no other medium' })).toEqual(['STALE']);
    expect(await take(broadcast, '2027-03-01T00:00:00Z', { acceptStale: 'no other medium' })).toBe('EXPIRED');
  });
});

describe('the root', () => {
  it('must be valid whoever accepts what', async () => {
    const root = makeRoot(1, world.keys, { expires: '2026-12-01T00:00:00Z' });
    const trust = { root: Buffer.from(root).toString('base64') };
    expect(await take(answer, '2026-11-30T00:00:00Z', { trust })).toEqual(['STALE', 'KEY_EXPIRES_SOON']);
    expect(await take(answer, '2026-12-01T00:00:00Z', { trust, acceptStale: 'please' })).toBe('EXPIRED');
  });

  it('that is held may be past when the bundle brings its successor', async () => {
    const old = makeRoot(1, world.keys, { expires: '2026-04-01T00:00:00Z' });
    const next = makeRoot(2, world.keys);
    const trust = { root: Buffer.from(old).toString('base64') };
    expect(await take(answer, '2026-05-02T00:00:00Z', { trust })).toBe('EXPIRED');
    const built = await build(world, { tuf: { root: next, roots: [next], ...world.published } });
    expect(await take(volumeOf(built), '2026-05-02T00:00:00Z', { trust })).toEqual([]);
  });

  it('with less than 180 days left is not bundled', async () => {
    const root = makeRoot(1, world.keys, { expires: '2026-10-27T23:59:59Z' });
    await expect(build(world, { tuf: { root, roots: [], ...world.published } })).rejects.toMatchObject({
      code: 'ROOT_TOO_SHORT',
    });
  });
});
