import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { deb, openInventory } from '../../../test/support/site.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { Change, ChangeAsked, ChangeOperation } from './types.ts';

let site: Awaited<ReturnType<typeof openInventory>>;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-01-01T00:00:00Z') });
  site = await openInventory();
});
afterEach(() => {
  site.close();
  vi.useRealTimers();
});

const hour = 3_600_000;
const names = ['bash', 'openssl', 'vim'];
const fill = (): void => {
  for (let round = 0; round < 6; round += 1) {
    for (const device of [1, 2, 3]) {
      vi.setSystemTime(Date.parse('2026-01-01T00:00:00Z') + (round * 3 + device) * hour);
      const held = names.filter((_, at) => (round + at + device) % 3 !== 0);
      site.report(
        device,
        'software',
        held.map((name) => deb(name, `${1 + ((round + device) % 4)}`)),
      );
      site.report(device, 'hardware', [{ type: 'memory', model: 'DDR4', slot: `${round % 2}` }]);
    }
  }
};

const pagesOf = (asked: Omit<ChangeAsked, 'limit'> & { device?: number }, limit: number): Change[] => {
  const { device, ...query } = asked;
  const whose = device === undefined ? { scope: wholeSite('job') } : { device };
  const found: Change[] = [];
  for (let after = query.after; ; ) {
    const page = site.inventory.changes({ ...query, ...whose, limit, ...(after === undefined ? {} : { after }) });
    found.push(...page);
    if (page.length < limit) return found;
    after = page.at(-1)?.id;
  }
};

describe('the timeline', () => {
  it('gives for any filter what a look at every change gives, in pages of any size', () => {
    fill();
    const all = site.inventory.changes({ scope: wholeSite('job'), limit: 10_000 });
    expect(all.length).toBeGreaterThan(60);
    const operations: ChangeOperation[] = ['first', 'added', 'removed', 'changed'];
    const start = Date.parse('2026-01-01T00:00:00Z');
    fc.assert(
      fc.property(
        fc.record(
          {
            device: fc.integer({ min: 1, max: 4 }),
            collection: fc.subarray(['software', 'hardware'], { minLength: 1 }),
            operation: fc.subarray(operations, { minLength: 1 }),
            title: fc.constantFrom(...names, 'nothing'),
            from: fc.integer({ min: -2, max: 24 }).map((at) => start + at * hour),
            to: fc.integer({ min: -2, max: 24 }).map((at) => start + at * hour),
          },
          { requiredKeys: [] },
        ),
        fc.integer({ min: 1, max: 40 }),
        (query, limit) => {
          const wanted = all.filter(
            (change) =>
              (query.device === undefined || change.device === query.device) &&
              (query.collection?.includes(change.collection) ?? true) &&
              (query.operation?.includes(change.operation) ?? true) &&
              (query.from === undefined || change.at >= query.from) &&
              (query.to === undefined || change.at <= query.to) &&
              (query.title === undefined ||
                (change.collection === 'software' &&
                  [change.before, change.after].some((item) => item?.['name'] === query.title))),
          );
          expect(pagesOf(query, limit)).toEqual(wanted);
        },
      ),
      { numRuns: runs(150) },
    );
  });

  it('knows which devices got or lost a package, and when', () => {
    site.report(1, 'software', [deb('bash', '5')]);
    site.report(2, 'software', [deb('bash', '5')]);
    vi.setSystemTime(Date.parse('2026-01-02T00:00:00Z'));
    site.report(1, 'software', [deb('bash', '5'), deb('openssl', '3.5')]);
    vi.setSystemTime(Date.parse('2026-01-03T00:00:00Z'));
    site.report(1, 'software', [deb('bash', '5')]);
    site.report(2, 'software', [deb('bash', '5'), deb('openssl', '3.6')]);
    const found = site.inventory.changes({
      scope: wholeSite('job'),
      title: 'openssl',
      collection: 'software',
      limit: 10,
    });
    expect(found.map(({ device, operation, at }) => [device, operation, new Date(at).toISOString()])).toEqual([
      [2, 'added', '2026-01-03T00:00:00.000Z'],
      [1, 'removed', '2026-01-03T00:00:00.000Z'],
      [1, 'added', '2026-01-02T00:00:00.000Z'],
    ]);
    expect(site.inventory.aboutChanges(wholeSite('job'))).toBe(5);
  });
});
