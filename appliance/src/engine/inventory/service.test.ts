import { createHash } from 'node:crypto';
import { canonicalJson } from '@sallyport/bundle-tools/documents/canonical-json';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Engines, failureOf, openEngines } from '../../../test/support/engines.ts';
import { wholeSite } from '../../platform/scope.ts';
import { collection as software } from './collections/software.ts';
import { namedItems } from './named-item-queries.ts';
import { type Collection, defineCollection, type InventorySource, type SectionReport } from './types.ts';

const collectedAt = '2026-11-24T10:00:00Z';
const hashOf = (items: readonly unknown[]): string => createHash('sha256').update(canonicalJson(items)).digest('hex');
const report = (
  device: number,
  collection: string,
  items: readonly unknown[],
  source: InventorySource = 'native',
): SectionReport => ({
  device,
  collection,
  source,
  hash: hashOf(items),
  collectedAt,
  items,
});
const pack = (name: string, version: string, extra: object = {}) => ({
  purl: `pkg:deb/debian/${name}@${version}?arch=amd64`,
  type: 'deb',
  name,
  version,
  arch: 'amd64',
  ...extra,
});
const tags: Collection = defineCollection({
  name: 'tags',
  bound: 'device',
  row: 'D11',
  mode: 'own',
  title: 'label',
  sort: 'label',
  fields: {
    label: { type: 'text', identity: true, required: true },
    weight: { type: 'real' },
    words: { type: 'list', indexed: true },
  },
  retentionDays: 30,
  leaves: null,
  sources: ['native', 'glpi'],
});

let engines: Engines;
beforeEach(async () => {
  engines = await openEngines({ collections: [tags] });
});
afterEach(() => engines.close());

describe('a shared collection', () => {
  it('gives one item of a device as its section does', () => {
    const { inventory } = engines;
    const items = ['bash', 'curl', 'dash', 'ed'].map((name, n) =>
      pack(name, `${n}`, n % 2 === 0 ? { installedAt: `2026-01-0${n + 1}T00:00:00Z`, kernel: 'old' } : {}),
    );
    inventory.putSection(report(1, 'software', items));
    inventory.putSection(report(2, 'software', items.slice(2)));
    for (const device of [1, 2, 3]) {
      const section = inventory.section(device, 'software');
      for (const { id } of inventory.section(1, 'software'))
        expect(inventory.sectionItem(device, 'software', id)).toEqual(section.find((row) => row.id === id));
    }
    expect(inventory.sectionItem(1, 'software', 999)).toBeUndefined();
  });

  it('keeps an item once per site and links devices to it', () => {
    const { inventory, db } = engines;
    inventory.putSection(report(1, 'software', [pack('bash', '5.2'), pack('curl', '8.1')]));
    inventory.putSection(report(2, 'software', [pack('bash', '5.2')]));
    expect(db.prepare('select count(*) as n from inv_software').get()).toEqual({ n: 2 });
    const { rows, total } = inventory.list({ scope: wholeSite('job'), collection: 'software', limit: 10 });
    expect(total).toBe(2);
    expect(rows.map((row) => [row['name'], row['_devices']])).toEqual([
      ['bash', 2],
      ['curl', 1],
    ]);
    expect(inventory.itemDevices('software', rows[0]?.id ?? 0, wholeSite('job'))).toEqual([1, 2]);
    expect([...inventory.members('software')].map(({ device, items }) => [device, items.length])).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  it('keeps what differs per device beside the link, never in the item', () => {
    const { inventory, db } = engines;
    inventory.putSection(
      report(1, 'software', [pack('bash', '5.2', { installedAt: '2026-01-02T03:04:05Z', sizeKb: 10 })]),
    );
    inventory.putSection(report(2, 'software', [pack('bash', '5.2', { installedAt: '2026-06-07T08:09:10Z' })]));
    expect(db.prepare('select count(*) as n from inv_software').get()).toEqual({ n: 1 });
    expect(inventory.section(1, 'software')[0]).toMatchObject({
      installedAt: Date.parse('2026-01-02T03:04:05Z'),
      sizeKb: 10,
    });
    expect(inventory.section(2, 'software')[0]).toMatchObject({
      installedAt: Date.parse('2026-06-07T08:09:10Z'),
      sizeKb: null,
    });
    const listed = inventory.list({ collection: 'software', device: 2, limit: 5 });
    expect(listed.rows[0]).toMatchObject({ name: 'bash', installedAt: Date.parse('2026-06-07T08:09:10Z') });
    expect(listed.columns).toContain('installedAt');
  });

  it('does not let a device alter what another one reported', () => {
    const { inventory } = engines;
    inventory.putSection(report(1, 'software', [pack('bash', '5.2', { sourceVersion: '5.2-1' })]));
    inventory.putSection(report(2, 'software', [pack('bash', '5.2', { sourceVersion: '9.9-9' })]));
    expect(inventory.section(1, 'software')[0]?.['sourceVersion']).toBe('5.2-1');
  });

  it('logs the first report as one row, then what changed; a new version is one change', () => {
    const { inventory } = engines;
    inventory.putSection(report(1, 'software', [pack('bash', '5.2'), pack('curl', '8.1'), pack('old', '1')]));
    const outcome = inventory.putSection(
      report(1, 'software', [pack('bash', '5.3'), pack('curl', '8.1'), pack('new', '1')]),
    );
    expect(outcome).toEqual({ known: false, added: 1, removed: 1, changed: 1 });
    const changes = inventory.changes({ device: 1, limit: 10 });
    expect(
      changes.map((change) => [
        change.operation,
        change.title,
        change.before?.['version'],
        change.after?.['version'],
        change.count,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['changed', 'bash', '5.2', '5.3', null],
        ['removed', 'old', '1', undefined, null],
        ['added', 'new', undefined, '1', null],
        ['first', null, undefined, undefined, 3],
      ]),
    );
    expect(changes).toHaveLength(4);
  });

  it('counts the same version installed again as a change', () => {
    const { inventory } = engines;
    inventory.putSection(report(1, 'software', [pack('bash', '5.2', { installedAt: '2026-01-02T03:04:05Z' })]));
    expect(
      inventory.putSection(report(1, 'software', [pack('bash', '5.2', { installedAt: '2026-02-02T03:04:05Z' })])),
    ).toMatchObject({ added: 0, removed: 0, changed: 1 });
  });

  it('stops listing an item that nobody has, and removes it once no change names it', () => {
    const { inventory, db } = engines;
    inventory.putSection(report(1, 'software', [pack('bash', '5.2'), pack('gone', '1')]));
    inventory.putSection(report(1, 'software', [pack('bash', '5.2')]));
    expect(
      inventory.list({ scope: wholeSite('job'), collection: 'software', limit: 10 }).rows.map((row) => row['name']),
    ).toEqual(['bash']);
    expect(inventory.trim().items).toBe(0);
    db.exec('update change_log set at = 0');
    expect(inventory.trim()).toMatchObject({ changes: 2, items: 1 });
    expect(inventory.section(1, 'software')).toHaveLength(1);
  });

  it('forgets a device with its counts', () => {
    const { inventory } = engines;
    inventory.putSection(report(1, 'software', [pack('bash', '5.2')]));
    inventory.putSection(report(2, 'software', [pack('bash', '5.2')]));
    inventory.forget(1);
    expect(inventory.section(1, 'software')).toEqual([]);
    expect(inventory.changes({ device: 1, limit: 5 })).toEqual([]);
    expect(inventory.list({ scope: wholeSite('job'), collection: 'software', limit: 5 }).rows[0]?.['_devices']).toBe(1);
  });

  it('pages through equal sort values without a gap or a repeat', () => {
    const { inventory } = engines;
    const items = Array.from({ length: 25 }, (_, index) => pack('same', `1.${index}`));
    inventory.putSection(report(1, 'software', items));
    for (const descending of [false, true]) {
      const seen: number[] = [];
      for (let after: string | undefined; ; ) {
        const page = inventory.list({
          scope: wholeSite('job'),
          collection: 'software',
          limit: 4,
          descending,
          sort: 'publisher',
          ...(after === undefined ? {} : { after }),
        });
        seen.push(...page.rows.map((row) => row.id));
        if (page.next === undefined) break;
        after = page.next;
      }
      expect(new Set(seen).size).toBe(25);
      expect(seen).toHaveLength(25);
    }
  });

  it('filters and searches', () => {
    const { inventory } = engines;
    inventory.putSection(report(1, 'software', [pack('bash', '5.2'), pack('libbash%', '1'), pack('curl', '8')]));
    const names = (query: object) =>
      inventory
        .list({ scope: wholeSite('job'), collection: 'software', limit: 10, ...query })
        .rows.map((row) => row['name']);
    expect(names({ where: { name: ['bash', 'curl'] } })).toEqual(['bash', 'curl']);
    expect(names({ search: 'bash' })).toEqual(['bash', 'libbash%']);
    expect(names({ search: '%' })).toContain('libbash%');
    expect(names({ search: 'sh%' })).toEqual(['libbash%']);
    expect(failureOf(() => names({ where: { nothing: 1 } })).code).toBe('INVALID');
    expect(failureOf(() => names({ sort: 'name; drop table section' })).code).toBe('INVALID');
  });

  it('is found by a part of a name, a source or a publisher, as soon as a device has it and as long as one has', () => {
    const { inventory } = engines;
    const named = (text: string) =>
      inventory.named('software', text, 10, wholeSite('job')).map(({ name, version }) => `${name} ${version}`);
    inventory.putSection(report(1, 'software', [pack('Насос', '1'), pack('libssl3', '3.5', { source: 'openssl' })]));
    expect(named('насос')).toEqual(['Насос 1']);
    expect(named('SSL')).toEqual(['libssl3 3.5']);
    inventory.putSection(
      report(2, 'software', [
        pack('libssl3', '3.6', { source: 'openssl' }),
        pack('ssl-tool', '1', { publisher: 'Open' }),
      ]),
    );
    expect(named('ssl')).toEqual(['ssl-tool 1', 'libssl3 3.5', 'libssl3 3.6']);
    expect(named('open')).toEqual(['libssl3 3.5', 'libssl3 3.6', 'ssl-tool 1']);
    inventory.putSection(report(2, 'software', [pack('curl', '8')]));
    expect(named('ssl')).toEqual(['libssl3 3.5']);
    expect(named('%')).toEqual([]);
  });

  it('is found by its name, too, after other names came and went in great number', () => {
    const { inventory, db } = engines;
    const find = namedItems(db, software, 0);
    const named = (text: string): number => find(text, 1_000, undefined).length;
    inventory.putSection(report(1, 'software', [pack('stays', '1')]));
    for (let round = 0; round < 6; round += 1) {
      inventory.putSection(
        report(
          2,
          'software',
          Array.from({ length: 5 }, (_, n) => pack(`comes-${round}-${n}`, '1')),
        ),
      );
      expect([named('stays'), named(`comes-${round}-`), named('comes-')]).toEqual([1, 5, 5]);
    }
  });
});

describe('an own collection', () => {
  const people = [
    { name: 'aigerim', domain: 'PLANT', fullName: 'Aigerim S.', isAdmin: true, enabled: true, uid: 1000 },
    { name: 'ivan', fullName: 'Ivan P.', isAdmin: false, enabled: true, uid: 1001 },
  ];

  it('keeps personal values unreadable in the file, and gives them only when asked', () => {
    const { inventory, db } = engines;
    inventory.putSection(report(1, 'accounts', people));
    inventory.putSection(report(1, 'accounts', [{ ...people[0], isAdmin: false }, people[1]]));
    const bytes = Buffer.from(db.serialize()).toString('latin1');
    for (const text of ['aigerim', 'Aigerim', 'PLANT', 'Ivan']) expect(bytes).not.toContain(text);
    expect(inventory.section(1, 'accounts').map((row) => row['name'])).toEqual([null, null]);
    expect(inventory.section(1, 'accounts', { personal: true }).map((row) => row['name'])).toEqual(['aigerim', 'ivan']);
    expect(inventory.changes({ scope: wholeSite('job'), limit: 1 })[0]).toMatchObject({
      title: null,
      operation: 'changed',
    });
    expect(inventory.changes({ scope: wholeSite('job'), limit: 1, personal: true })[0]).toMatchObject({
      title: 'aigerim',
      before: { isAdmin: true },
      after: { isAdmin: false },
    });
  });

  it('finds a person by the whole value, not by a part', () => {
    const { inventory } = engines;
    inventory.putSection(report(1, 'accounts', people));
    const find = (query: object) =>
      inventory
        .list({ scope: wholeSite('job'), collection: 'accounts', limit: 10, personal: true, ...query })
        .rows.map((row) => row['name']);
    expect(find({ where: { name: ' Aigerim ' } })).toEqual(['aigerim']);
    expect(find({ search: 'IVAN' })).toEqual(['ivan']);
    expect(find({ search: 'iva' })).toEqual([]);
    expect(failureOf(() => find({ where: { domain: 'PLANT' } })).code).toBe('INVALID');
    expect(failureOf(() => find({ sort: 'name' })).code).toBe('INVALID');
  });

  it('reads nothing of a person whose key is erased', () => {
    const { inventory, personal } = engines;
    inventory.putSection(report(1, 'accounts', people));
    expect(personal.erase('person:aigerim')).toBe(true);
    expect(inventory.section(1, 'accounts', { personal: true }).map((row) => row['name'])).toEqual([null, 'ivan']);
  });

  it('keeps accounts apart that differ only in case', () => {
    const { inventory } = engines;
    inventory.putSection(report(1, 'accounts', [{ name: 'bob' }, { name: 'Bob' }]));
    expect(inventory.section(1, 'accounts')).toHaveLength(2);
  });

  it('keeps equal items as often as they come', () => {
    const { inventory } = engines;
    const disk = { type: 'memory', model: 'DIMM' };
    inventory.putSection(report(1, 'hardware', [disk, disk]));
    expect(inventory.section(1, 'hardware')).toHaveLength(2);
    expect(inventory.putSection(report(1, 'hardware', [disk]))).toMatchObject({ removed: 1, changed: 0, added: 0 });
  });

  it('finds a device by one of its addresses', () => {
    const { inventory } = engines;
    inventory.putSection(
      report(1, 'identity', [{ name: 'controller-hmi-1', ipv4: ['10.0.0.5', '10.1.0.5'], macs: [] }]),
    );
    inventory.putSection(report(2, 'identity', [{ name: 'controller-hmi-2', ipv4: ['10.0.0.6'] }]));
    const { rows } = inventory.list({
      scope: wholeSite('job'),
      collection: 'identity',
      where: { ipv4: '10.1.0.5' },
      limit: 5,
    });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ name: 'controller-hmi-1', ipv4: ['10.0.0.5', '10.1.0.5'], macs: null, _device: 1 });
  });
});

describe('a report', () => {
  it('that is known costs nothing and changes nothing', () => {
    const { inventory, changed, db } = engines;
    const first = report(1, 'software', [pack('bash', '5.2')]);
    expect(inventory.putSection(first).known).toBe(false);
    const before = db.prepare('select * from section').all();
    expect(inventory.putSection(first)).toEqual({ known: true, added: 0, removed: 0, changed: 0 });
    expect(db.prepare('select * from section').all()).toEqual(before);
    expect(changed).toEqual([{ device: 1, collection: 'software', isOther: true }]);
    expect(inventory.hashes(1, 'native')).toEqual({ software: first.hash });
  });

  it.each([
    ['a wrong hash', { hash: 'a'.repeat(64) }, 'HASH_MISMATCH'],
    ['no hash at all', { hash: 'xyz' }, 'INVALID'],
    ['another source', { source: 'directory' as const }, 'INVALID'],
    ['an unknown collection', { collection: 'nothing' }, 'UNKNOWN_COLLECTION'],
    ['a wrong time', { collectedAt: '2026-13-01T00:00:00Z' }, 'INVALID'],
  ])('with %s is refused and leaves nothing', (_what, change, code) => {
    const { inventory, db } = engines;
    expect(
      failureOf(() => inventory.putSection({ ...report(1, 'software', [pack('bash', '5.2')]), ...change })).code,
    ).toBe(code);
    expect(db.prepare('select count(*) as n from section').get()).toEqual({ n: 0 });
    expect(db.prepare('select count(*) as n from inv_software').get()).toEqual({ n: 0 });
  });

  it('with wrong fields names every one of them', () => {
    const items = [{ name: 'x'.repeat(300) }, { version: 1 }, { name: 'ok', installedAt: 'yesterday' }];
    const error = failureOf(() => engines.inventory.putSection(report(1, 'software', items)));
    expect(error.code).toBe('INVALID');
    expect(Object.keys(error.details.fields ?? {}).sort()).toEqual([
      'items.0.name',
      'items.1.name',
      'items.1.version',
      'items.2.installedAt',
    ]);
    expect(error.details.fields?.['items.0.name']).toEqual({ key: 'validation.tooLong', params: { max: 256 } });
  });

  it('with a fraction or too many items is refused', () => {
    const { inventory } = engines;
    const broken = { ...report(1, 'hardware', []), items: [{ type: 'disk', capacityBytes: 1.5 }] };
    expect(failureOf(() => inventory.putSection(broken)).code).toBe('INVALID');
    expect(failureOf(() => inventory.putSection(report(1, 'identity', [{ name: 'a' }, { name: 'b' }]))).code).toBe(
      'INVALID',
    );
  });

  it('is freed of control characters; unknown fields are ignored', () => {
    const { inventory } = engines;
    inventory.putSection(report(1, 'software', [pack('ba\u0000sh\u001b[31m', '5.2', { surprise: true })]));
    expect(inventory.section(1, 'software')[0]?.['name']).toBe('ba sh [31m');
  });

  it('inside a transaction that fails leaves nothing', () => {
    const { inventory, db } = engines;
    expect(() =>
      db.transaction(() => {
        inventory.putSection(report(1, 'software', [pack('bash', '5.2')]));
        throw new Error('later step');
      })(),
    ).toThrow('later step');
    expect(inventory.hashes(1)).toEqual({});
    expect(inventory.list({ scope: wholeSite('job'), collection: 'software', limit: 1 }).total).toBe(0);
  });
});

describe('two sources', () => {
  it('the preferred one wins, whichever came first', () => {
    const { inventory } = engines;
    inventory.putSection(report(1, 'software', [pack('bash', '5.2'), pack('seen-by-glpi', '1')], 'glpi'));
    expect(inventory.section(1, 'software')).toHaveLength(2);
    inventory.putSection(report(1, 'software', [pack('bash', '5.2')], 'native'));
    expect(inventory.section(1, 'software').map((row) => [row['name'], row._source])).toEqual([['bash', 'native']]);
    inventory.putSection(report(1, 'software', [pack('bash', '5.1')], 'glpi'));
    expect(inventory.section(1, 'software').map((row) => row['version'])).toEqual(['5.2']);
    expect(
      inventory
        .list({ scope: wholeSite('job'), collection: 'software', limit: 9 })
        .rows.map((row) => [row['version'], row['_devices']]),
    ).toEqual([['5.2', 1]]);
  });
});

describe('a declaration', () => {
  it('of a new file gets storage, lists and counts; numbers travel as text where they have fractions', () => {
    const { inventory } = engines;
    inventory.putSection(report(7, 'tags', [{ label: 'press', weight: '1.25', words: ['a', 'b'] }]));
    expect(
      inventory.ofAnyCollection.list({ scope: wholeSite('job'), collection: 'tags', where: { words: 'b' }, limit: 1 })
        .rows[0],
    ).toMatchObject({
      label: 'press',
      weight: 1.25,
      _device: 7,
    });
    expect(inventory.counts(wholeSite('job')).find((count) => count.collection === 'tags')).toEqual({
      collection: 'tags',
      rows: 1,
      devices: 1,
    });
  });
});
