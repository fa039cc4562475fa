import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Engines, openEngines } from '../../../test/support/engines.ts';
import type { DecodedReport, InventorySource, Item, ReportOutcome } from './types.ts';

const collectedAt = '2026-11-24T10:00:00Z';
const now = Date.parse(collectedAt);
const pack = (name: string, version = '1'): Item => ({ type: 'deb', name, version, arch: 'amd64' });

let engines: Engines;
beforeEach(async () => {
  engines = await openEngines();
});
afterEach(() => engines.close());

const put = (
  sections: Record<string, readonly Item[]>,
  over: Partial<DecodedReport> = {},
  source: InventorySource = 'glpi',
) =>
  engines.inventory.putReport(
    1,
    source,
    {
      sections: Object.entries(sections).map(([collection, items]) => ({ collection, collectedAt, items })),
      full: true,
      dropped: {},
      ...over,
    },
    now,
  );
const outcomes = (answer: ReportOutcome) =>
  Object.fromEntries(answer.sections.map(({ collection, outcome }) => [collection, outcome]));
const names = (collection: string): unknown[] =>
  engines.inventory.ofAnyCollection.section(1, collection, { personal: true }).map((row) => row['name']);

describe('a report of another agent', () => {
  it('is stored section by section, and costs nothing when it says the same again', () => {
    const sections = { software: [pack('bash'), pack('dash')], accounts: [{ name: 'ann' }] };
    expect(outcomes(put(sections))).toMatchObject({ software: { added: 2 }, accounts: { added: 1 } });
    expect(outcomes(put(sections))).toEqual({
      software: { known: true, added: 0, removed: 0, changed: 0 },
      accounts: { known: true, added: 0, removed: 0, changed: 0 },
    });
    expect(engines.inventory.changes({ device: 1, limit: 10 })).toHaveLength(2);
    expect(engines.inventory.verify()).toEqual([]);
  });

  it('loses what does not fit, and nothing else', () => {
    const answer = put(
      {
        software: [pack('bash'), { version: '1' }, pack('x'.repeat(300)), { ...pack('dash'), sizeKb: 1.5 }],
        platform: [{ vendor: 'debian' }, { vendor: 'second' }],
        nonsense: [{ a: 1 }, { b: 2 }],
      },
      { dropped: { envs: 7, software: 1 } },
    );
    expect(answer.dropped).toEqual({ envs: 7, software: 4, platform: 1, nonsense: 2 });
    expect(names('software')).toEqual(['bash']);
    expect(engines.inventory.section(1, 'platform')).toMatchObject([{ vendor: 'debian' }]);
  });

  it('empties what a full report no longer holds, and only through its own source', () => {
    put({ software: [pack('native')] }, {}, 'native');
    put({ software: [pack('bash')], accounts: [{ name: 'ann' }], platform: [{ vendor: 'debian' }] });
    expect(outcomes(put({ platform: [{ vendor: 'ubuntu' }] }, { full: false }))).toEqual({
      platform: { known: false, added: 0, removed: 0, changed: 1 },
    });
    expect(names('accounts')).toEqual(['ann']);
    const answer = outcomes(put({ software: [pack('bash')] }));
    expect(answer).toMatchObject({ software: { known: true }, accounts: { removed: 1 }, platform: { removed: 1 } });
    expect(names('accounts')).toEqual([]);
    expect(names('software')).toEqual(['native']);
  });

  it('leaves out a collection that does not take its source', () => {
    expect(put({ software: [pack('bash')] }, {}, 'nobody' as InventorySource)).toEqual({
      sections: [],
      dropped: { software: 1 },
      full: true,
    });
  });

  it('that names what it was made of need not be read again, until the section is another one', () => {
    const sent = Buffer.alloc(32, 7);
    const other = Buffer.alloc(32, 8);
    const one = (items: readonly Item[], more: object = {}) =>
      engines.inventory.putReport(
        1,
        'glpi',
        { sections: [{ collection: 'software', collectedAt, items, ...more }], full: true, dropped: {} },
        now,
      );
    const hasSent = (digest: Buffer): boolean => engines.inventory.hasSent(1, 'software', 'glpi', digest);
    one([pack('bash'), pack('dash')], { sent });
    expect([hasSent(sent), hasSent(other)]).toEqual([true, false]);
    expect(outcomes(one([], { sent, isSame: true }))).toMatchObject({ software: { known: true } });
    expect(names('software')).toEqual(['bash', 'dash']);
    expect(() => one([], { sent: other, isSame: true })).toThrow(/repeat/);
    // The same items in other bytes; then other items that nobody names the digest of.
    one([pack('bash'), pack('dash')], { sent: other });
    expect([hasSent(sent), hasSent(other)]).toEqual([false, true]);
    one([pack('bash')]);
    expect([hasSent(sent), hasSent(other)]).toEqual([false, false]);
    expect(engines.inventory.changes({ device: 1, limit: 10 }).map(({ operation }) => operation)).toEqual([
      'removed',
      'first',
    ]);
  });
});
