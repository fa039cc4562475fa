import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runs, seed } from '../../../../test/support/chance.ts';
import { sha256, update } from '../../../test/support/catalog.ts';
import { needsAlone, openEngines } from '../../../test/support/engines.ts';
import { deb, debian13, reporter } from '../../../test/support/site.ts';
import { wholeSite } from '../../platform/scope.ts';
import { updateService } from './service.ts';

// Who needs what is kept, and is what each device says for itself, whatever comes and goes.

const ids = [1, 2, 3, 4_095, 4_096, 9_000];
const names = ['openssl', 'bash', 'zlib'];
const platforms = [
  debian13,
  { ...debian13, suites: ['trixie'] },
  { ...debian13, arch: 'arm64' },
  { ...debian13, release: '12', suites: ['bookworm', 'trixie-security'] },
];

describe('who needs an update', () => {
  let site: Awaited<ReturnType<typeof openEngines>>;
  let updates: ReturnType<typeof updateService>;
  let state = 0;

  beforeEach(async () => {
    state = seed;
    site = await openEngines({ derive: () => needsAlone(updates) });
    updates = updateService({
      db: site.db,
      inventory: site.inventory,
      objects: site.objects,
      events: site.events,
      changed: () => undefined,
      store: { has: () => false, read: () => new Uint8Array() },
      vulnerabilities: {
        sourceFixes: () => [],
        fixesOf: () => [],
        devicesBySource: () => new Map(),
        devicesNeeding: () => new Uint8Array(),
      },
    });
  });
  afterEach(() => site.close());

  const below = (end: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  };
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  const report = (device: number): void => {
    const put = reporter(site.inventory);
    if (below(3) > 0) put(device, 'platform', [pick(platforms)]);
    const software = names.flatMap((name) =>
      Array.from({ length: below(3) }, (_, n) => deb(name, `${1 + below(6)}-1`, { arch: n === 0 ? 'amd64' : 'i386' })),
    );
    const app =
      below(2) === 0 ? [] : [{ type: 'exe', name: 'App', version: `${below(3)}`, purl: `pkg:generic/app@${below(3)}` }];
    put(device, 'software', [...software, ...app]);
  };
  const publish = (): void => {
    const catalogue = names
      .flatMap((name) =>
        Array.from({ length: below(3) }, () =>
          update(name, `${2 + below(6)}-1`, {
            suites: [pick(['trixie-security', 'trixie', 'bookworm'])],
            arch: pick(['amd64', 'all']),
            ecosystem: pick(['Debian:13', 'Debian:12']),
            files: [sha256(Buffer.from(String(below(1_000_000))))],
          }),
        ),
      )
      .concat(
        below(2) === 0 ? [] : [update('App', '2', { purl: 'pkg:generic/app@2', suites: [], ecosystem: 'generic' })],
      );
    updates.applyCatalog(
      [...new Map(catalogue.map((one) => [one.id, one])).values()],
      new Map(),
      '2026-01-01T00:00:00Z',
    );
  };

  const takenBack = (work: () => void): void => {
    site.db.exec('SAVEPOINT tried');
    work();
    site.db.exec('ROLLBACK TO tried; RELEASE tried');
  };

  /** What devices say one by one, read from their sections. */
  const expectAll = (): void => {
    const expected = new Map<string, number[]>();
    for (const device of ids) {
      const needed = updates.forDevice(device, wholeSite('job')).filter(({ isNeeded }) => isNeeded);
      expect(updates.neededCounts([device]).get(device) ?? 0).toBe(needed.length);
      for (const { update: one, installedVersion } of needed) {
        expected.set(one.id, [...(expected.get(one.id) ?? []), device]);
        expect(updates.onDevices(one.id, [device], wholeSite('job'))).toEqual([{ device, installedVersion }]);
      }
    }
    const listed = updates
      .list({ scope: wholeSite('job'), limit: 1_000 })
      .rows.map(({ id, devices }) => `${id} ${devices}`);
    expect(listed.sort()).toEqual([...expected].map(([id, devices]) => `${id} ${devices.length}`).sort());
    for (const id of updates.catalog().keys()) {
      const item = updates.get(id, wholeSite('job'));
      expect(updates.needing(item, wholeSite('job'))).toEqual(expected.get(id) ?? []);
      expect(item.devices).toBe(expected.get(id)?.length ?? 0);
    }
    expect(updates.verify()).toEqual([]);
  };

  it('is what each device says, before a look at those that changed and after', () => {
    let found = 0;
    for (let round = 0; round < runs(25); round += 1) {
      if (below(3) === 0) publish();
      for (let n = below(4); n > 0; n -= 1) report(pick(ids));
      if (below(5) === 0) site.inventory.forget(pick(ids));
      // Taken back: nothing of it may remain.
      if (below(4) === 0)
        takenBack(() => {
          report(pick(ids));
          if (below(2) === 0) publish();
          updates.settle(10);
          expectAll();
        });
      expectAll();
      if (below(2) === 0) updates.settle(1 + below(3));
      expectAll();
      if (below(3) === 0) while (updates.settle(2) > 0);
      expectAll();
      found += updates.list({ scope: wholeSite('job'), limit: 1_000 }).total;
    }
    expect(found).toBeGreaterThan(runs(25));
  });

  it('is what is kept while more devices wait than an answer looks at, and how many these are is said', () => {
    const scope = wholeSite('job');
    const many = Array.from({ length: 70 }, (_, n) => n + 1);
    const put = reporter(site.inventory);
    for (const device of many) {
      put(device, 'platform', [debian13]);
      put(device, 'software', [deb('openssl', device === 70 ? '2-1' : '1-1')]);
    }
    const devicesOf = (): number[] => updates.list({ scope, limit: 10 }).rows.map(({ devices }) => devices);
    expect([updates.notLookedAt(scope), devicesOf()]).toEqual([0, []]);
    updates.applyCatalog([update('openssl', '2-1')], new Map(), '2026-01-01T00:00:00Z');
    const [id = ''] = updates.catalog().keys();
    expect([updates.notLookedAt(scope), devicesOf()]).toEqual([70, []]);
    expect([...updates.neededCounts(many)]).toEqual(many.map((device) => [device, undefined]));
    expect([updates.notLookedAt(scope, new Set([3, 4])), updates.neededCounts([3]).get(3)]).toEqual([2, 1]);
    expect(updates.settle(5)).toBe(5);
    expect([updates.notLookedAt(scope), devicesOf()]).toEqual([65, [5]]);
    expect(updates.settle(1)).toBe(1);
    expect([updates.notLookedAt(scope), devicesOf()]).toEqual([0, [69]]);
    expect(updates.needing(updates.get(id, scope), scope)).toEqual(many.slice(0, 69));
    while (updates.settle(100) > 0);
    expect([updates.notLookedAt(scope), devicesOf(), updates.verify()]).toEqual([0, [69], []]);
    // The next one: what is kept of the one before stands until a device is looked at.
    updates.applyCatalog([update('openssl', '3-1')], new Map(), '2026-02-01T00:00:00Z');
    expect(updates.notLookedAt(scope)).toBe(70);
    while (updates.settle(100) > 0);
    expect([updates.notLookedAt(scope), devicesOf()]).toEqual([0, [70]]);
  });

  it('is noticed when it is not', () => {
    for (const device of ids) {
      reporter(site.inventory)(device, 'platform', [debian13]);
      reporter(site.inventory)(device, 'software', [deb('openssl', '1-1')]);
    }
    updates.applyCatalog([update('openssl', '2-1')], new Map(), '2026-01-01T00:00:00Z');
    while (updates.settle(100) > 0);
    const [id = ''] = updates.catalog().keys();
    expect(updates.needing(updates.get(id, wholeSite('job')), wholeSite('job'))).toEqual(ids);
    expect(updates.verify()).toEqual([]);
    for (const fault of [
      'UPDATE update_need SET devices = devices + 1',
      'DELETE FROM update_device WHERE id < 10',
      'DELETE FROM update_need_of WHERE id = 9000',
      'UPDATE update_device SET number = number + 7 WHERE id = 9000',
    ])
      takenBack(() => {
        site.db.exec(fault);
        expect(updates.verify(), fault).not.toEqual([]);
      });
    expect(updates.verify()).toEqual([]);
  });
});
