import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { type Engines, openEngines } from '../../../test/support/engines.ts';
import { sectionHash } from '../../platform/section-hash.ts';
import type { InventorySource, Item } from './types.ts';

let engines: Engines;
beforeEach(async () => {
  engines = await openEngines();
});
afterEach(() => engines.close());

/** Packages written as `deb/bash/1`. */
const put = (source: InventorySource, packages: readonly string[], device = 1) => {
  const items = packages.map((text) => {
    const [type = '', name = '', version = '1'] = text.split('/');
    return { type, name, version, arch: 'amd64', installedAt: `2026-01-0${version}T00:00:00Z` };
  });
  const collectedAt = '2026-11-24T10:00:00Z';
  return engines.inventory.putSection({
    device,
    collection: 'software',
    source,
    hash: sectionHash(items),
    collectedAt,
    items,
  });
};
const shown = (device = 1): string[] =>
  engines.inventory
    .section(device, 'software')
    .map(({ type, name, version }) => `${String(type)}/${String(name)}/${String(version)}`)
    .sort();
const kept = (device = 1) =>
  engines.inventory
    .keptLists('software', [device])
    .map(({ list, from }) => (from === undefined ? list : `${list} ${from}`));
const isWhole = () => expect(engines.inventory.verify()).toEqual([]);

/** What a source says of the kinds that it looked for. */
const tell = (source: InventorySource, packageKinds: readonly string[], device = 1) => {
  const items = [{ vendor: 'debian', release: '13', packageKinds }];
  const collectedAt = '2026-11-24T10:00:00Z';
  const hash = sectionHash(items);
  return engines.inventory.putSection({ device, collection: 'platform', source, hash, collectedAt, items });
};
const isAskedFor = (source: InventorySource): boolean =>
  engines.inventory.hashes(1, source)['software'] === '0'.repeat(64);

describe('a list of packages beside the system that was cut', () => {
  it('closes nothing that it did not read, and is closed by one that is whole', () => {
    tell('native', ['npm', 'python']);
    put('native', ['deb/bash', 'npm/lodash', 'npm/semver', 'python/flask']);
    tell('native', ['npm: not read', 'python']);
    expect(put('native', ['deb/bash', 'npm/lodash/2'])).toMatchObject({ added: 1, removed: 1 });
    const held = ['deb/bash/1', 'npm/lodash/1', 'npm/lodash/2', 'npm/semver/1'];
    expect([shown(), kept()]).toEqual([held, ['npm']]);
    expect(put('native', ['deb/bash/2'])).toMatchObject({ changed: 1, removed: 0 });
    expect([shown(), kept()]).toEqual([['deb/bash/2', ...held.slice(1)], ['npm']]);
    isWhole();
    expect(isAskedFor('native')).toBe(false);
    // The same packages, read whole: they are asked for anew, since only now the others are closed.
    tell('native', ['npm', 'python']);
    expect(isAskedFor('native')).toBe(true);
    expect(put('native', ['deb/bash/2'])).toMatchObject({ removed: 3 });
    expect([shown(), kept()]).toEqual([['deb/bash/2'], []]);
    expect(isAskedFor('native')).toBe(false);
    isWhole();
  });

  it('is no list that another source said so of, and closes with the system that is gone', () => {
    tell('osquery', ['npm: not read']);
    put('native', ['deb/bash', 'npm/lodash']);
    put('native', ['deb/bash']);
    expect([shown(), kept()]).toEqual([['deb/bash/1'], []]);
    put('native', ['deb/bash', 'npm/lodash']);
    tell('native', ['npm: not read']);
    put('native', ['rpm/bash']);
    expect([shown(), kept()]).toEqual([['rpm/bash/1'], []]);
  });

  it('gives way to what another source read whole, and is back when that one goes', () => {
    tell('native', ['npm: not read']);
    put('native', ['deb/bash', 'npm/lodash', 'npm/semver']);
    put('native', ['deb/bash', 'npm/lodash']);
    put('osquery', ['npm/semver/2']);
    expect([shown(), kept()]).toEqual([['deb/bash/1', 'npm/semver/2'], ['npm osquery']]);
    expect(put('native', ['deb/bash', 'npm/yallist'])).toMatchObject({ removed: 0 });
    expect([shown(), kept()]).toEqual([['deb/bash/1', 'npm/semver/2'], ['npm osquery']]);
    isWhole();
    engines.inventory.closeSource({ device: 1, collection: 'software', source: 'osquery', event: 1 });
    expect([shown(), kept()]).toEqual([['deb/bash/1', 'npm/lodash/1', 'npm/semver/1', 'npm/yallist/1'], ['npm']]);
    tell('native', ['npm']);
    put('native', ['deb/bash', 'npm/yallist']);
    expect([shown(), kept()]).toEqual([['deb/bash/1', 'npm/yallist/1'], []]);
    isWhole();
  });

  it('that is whole and empty leaves nothing of its own behind another source’s', () => {
    tell('native', ['npm: not read']);
    put('native', ['deb/bash', 'npm/lodash']);
    put('native', ['deb/bash']);
    put('osquery', ['npm/semver']);
    tell('native', ['npm']);
    put('native', ['deb/bash']);
    engines.inventory.closeSource({ device: 1, collection: 'software', source: 'osquery', event: 1 });
    expect([shown(), kept()]).toEqual([['deb/bash/1'], []]);
    isWhole();
  });

  it('holds no more than a section may', () => {
    const many = (from: number) => Array.from({ length: 30_000 }, (_, n) => `npm/p${from + n}`);
    tell('native', ['npm: not read']);
    put('native', many(0));
    put('native', many(30_000));
    expect(shown()).toHaveLength(50_000);
    isWhole();
  });
});

describe('a list of packages', () => {
  it('is closed by a report that read it, and by no other', () => {
    put('native', ['deb/bash', 'deb/curl', 'python/flask']);
    expect(put('native', ['deb/bash', 'deb/vim'])).toMatchObject({ added: 1, removed: 2 });
    expect([shown(), kept()]).toEqual([['deb/bash/1', 'deb/vim/1'], []]);
    expect(put('native', ['python/flask'])).toMatchObject({ added: 1, removed: 0 });
    expect([shown(), kept()]).toEqual([['deb/bash/1', 'deb/vim/1', 'python/flask/1'], ['deb']]);
    put('native', []);
    expect([shown(), kept()]).toEqual([['deb/bash/1', 'deb/vim/1'], ['deb']]);
    put('native', ['deb/bash/2']);
    expect([shown(), kept()]).toEqual([['deb/bash/2'], []]);
    isWhole();
  });

  it('of a system is not pushed out by what lies beside it, where a report has more than a section may hold', () => {
    put('osquery', ['deb/bash', 'deb/zlib']);
    const beside = Array.from({ length: 50_001 }, (_, n) => ({ type: 'python', name: `a${n}`, version: '1' }));
    const system = (name: string): Item => ({ type: 'deb', name, version: '1', arch: 'amd64' });
    const collectedAt = '2026-11-24T10:00:00Z';
    const sections = [{ collection: 'software', collectedAt, items: [system('bash'), ...beside, system('zlib')] }];
    const { dropped } = engines.inventory.putReport(1, 'osquery', { sections, full: false, dropped: {} }, 0);
    expect(dropped).toEqual({ software: 3 });
    expect(shown().slice(0, 2)).toEqual(['deb/bash/1', 'deb/zlib/1']);
    expect(shown()).toHaveLength(50_000);
  });

  it('of a system is closed by the packages of another system', () => {
    put('native', ['deb/bash']);
    put('native', ['rpm/bash']);
    expect([shown(), kept()]).toEqual([['rpm/bash/1'], []]);
  });

  it('of a foreign manager stays where its database could not be read, and the system is the same', () => {
    put('native', ['deb/bash', 'rpm/tool']);
    put('native', ['rpm/tool']);
    expect([shown(), kept()]).toEqual([['deb/bash/1', 'rpm/tool/1'], ['deb']]);
  });

  it('that another source has read takes the place of the old one at once, and follows it', () => {
    put('native', ['deb/bash', 'deb/curl']);
    put('native', []);
    put('osquery', ['deb/bash/2', 'python/flask']);
    expect([shown(), kept()]).toEqual([
      ['deb/bash/2', 'python/flask/1'],
      ['deb osquery', 'python osquery'],
    ]);
    expect(
      engines.inventory
        .section(1, 'software')
        .map(({ installedAt }) => installedAt)
        .sort((a, b) => Number(a) - Number(b)),
    ).toEqual([Date.parse('2026-01-01T00:00:00Z'), Date.parse('2026-01-02T00:00:00Z')]);
    put('osquery', ['deb/bash/3', 'deb/vim']);
    expect([shown(), kept()]).toEqual([['deb/bash/3', 'deb/vim/1'], ['deb osquery']]);
    put('native', ['deb/bash/4']);
    expect([shown(), kept()]).toEqual([['deb/bash/4'], []]);
    isWhole();
  });

  it('that the preferred source does not read stays when that source comes', () => {
    put('osquery', ['deb/bash', 'python/flask']);
    put('native', ['deb/bash/2']);
    expect([shown(), kept()]).toEqual([['deb/bash/2', 'python/flask/1'], ['python osquery']]);
    expect(put('native', ['deb/bash/3'])).toEqual({ known: false, added: 0, removed: 0, changed: 1 });
    expect(shown()).toEqual(['deb/bash/3', 'python/flask/1']);
    isWhole();
  });

  it('of what ran there before is not taken of another source', () => {
    put('osquery', ['deb/bash']);
    put('native', ['rpm/bash']);
    expect([shown(), kept()]).toEqual([['rpm/bash/1'], []]);
  });

  it('is never lost, and everything fits together, whatever sources report', () => {
    const report = fc.record({
      source: fc.constantFrom<InventorySource>('native', 'osquery', 'glpi'),
      packages: fc.subarray(['deb/bash/1', 'deb/bash/2', 'deb/curl/1', 'python/flask/1', 'npm/left/1']),
    });
    let device = 0;
    fc.assert(
      fc.property(fc.array(report, { minLength: 1, maxLength: 8 }), (reports) => {
        device += 1;
        let hadSystem = false;
        for (const { source, packages } of reports) {
          put(source, packages, device);
          hadSystem ||= packages.some((one) => one.startsWith('deb/'));
          expect(shown(device).some((one) => one.startsWith('deb/'))).toBe(hadSystem);
        }
        isWhole();
        engines.inventory.trim();
        isWhole();
      }),
      { numRuns: runs(25) },
    );
  });
});
