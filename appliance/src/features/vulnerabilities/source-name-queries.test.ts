import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deb, debian13, openInventory } from '../../../test/support/site.ts';
import { idsOf } from '../../platform/id-array.ts';
import { type VulnerabilityService, vulnerabilityService } from './service.ts';

// A device whose agent names no source packages is matched like one whose agent does.

let site: Awaited<ReturnType<typeof openInventory>>;
let vulnerabilities: VulnerabilityService;

beforeEach(async () => {
  site = await openInventory((changed) => vulnerabilities.onSectionChanged(changed));
  vulnerabilities = vulnerabilityService({
    db: site.db,
    statePath: site.paths.database,
    folder: site.paths.advisories,
    inventory: site.inventory,
    events: { record: () => ({}) as never },
    changed: () => undefined,
    clock: () => Date.parse('2026-01-02T00:00:00Z'),
    isIndexed: () => true,
    leastRecords: () => 0,
  });
});
afterEach(() => {
  vulnerabilities.close();
  site.close();
});

const glpi = (device: number, items: readonly Record<string, unknown>[]): void => {
  const collectedAt = '2026-01-02T03:04:05Z';
  const sections = [
    { collection: 'platform', collectedAt, items: [debian13] },
    { collection: 'software', collectedAt, items },
  ];
  site.inventory.putReport(device, 'glpi', { sections, full: true, dropped: {} }, Date.parse(collectedAt));
};
const bare = (name: string, version: string) => {
  const { source: _, sourceVersion: __, publisher: ___, ...item } = deb(name, version);
  return item;
};
const components = (device: number): unknown => {
  const ids = Array.from(idsOf(packed(device)));
  return site.db
    .prepare("select name || ' ' || version from component where id in (select value from json_each(?)) order by 1")
    .pluck()
    .all(JSON.stringify(ids));
};
const packed = (device: number): Buffer =>
  site.db.prepare<[number], Buffer>('select components from device_component where device = ?').pluck().get(device) ??
  Buffer.alloc(0);

describe('sources of packages', () => {
  const native = [
    deb('libssl3t64', '3.5.1-1', { source: 'openssl', sourceVersion: '3.5.1-1' }),
    deb('cpp', '4:14.2.0-1', { source: 'gcc-defaults', sourceVersion: '1.220' }),
    deb('tar', '1.35-3+b1', { source: 'tar', sourceVersion: '1.35-3' }),
  ];

  it('are those that another device of the distribution reports', () => {
    site.report(1, 'platform', [debian13]);
    site.report(1, 'software', native);
    glpi(2, [bare('libssl3t64', '3.5.1-1'), bare('cpp', '4:14.2.0-1'), bare('tar', '1.35-3+b1')]);
    expect(packed(2)).toEqual(packed(1));
    expect(components(2)).toEqual(['gcc-defaults 1.220', 'openssl 3.5.1-1', 'tar 1.35-3']);
  });

  it('carry over to another version where binary and source are numbered alike, and nowhere else', () => {
    site.report(1, 'platform', [debian13]);
    site.report(1, 'software', native);
    glpi(2, [bare('libssl3t64', '3.4.0-2+b3'), bare('cpp', '4:15.1.0-1')]);
    expect(components(2)).toEqual(expect.arrayContaining(['openssl 3.4.0-2', 'cpp 4:15.1.0-1']));
    expect(components(2)).not.toContain('gcc-defaults 4:15.1.0-1');
  });

  it('are looked for again once somebody may know them; not across distributions', () => {
    glpi(2, [bare('libssl3t64', '3.5.1-1')]);
    expect(components(2)).toEqual(['libssl3t64 3.5.1-1']);
    site.report(3, 'platform', [{ vendor: 'ubuntu', release: '24.04' }]);
    const purl = 'pkg:deb/ubuntu/libssl3t64@3.5.1-1?arch=amd64';
    site.report(3, 'software', [{ ...native[0], purl, source: 'other' }]);
    vulnerabilities.refreshSources();
    expect(components(2)).toContain('libssl3t64 3.5.1-1');
    site.report(1, 'platform', [debian13]);
    site.report(1, 'software', native);
    vulnerabilities.refreshSources();
    expect(components(2)).toContain('openssl 3.5.1-1');
    expect(components(2)).not.toContain('libssl3t64 3.5.1-1');
  });
});
