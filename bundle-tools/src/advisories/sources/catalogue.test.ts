import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { ownFolder } from '../../../../test/support/test-folder.ts';
import { env } from '../../platform/ambient.ts';
import { AdvisorySchema } from '../advisory.ts';
import { collectFeed } from '../feed.ts';
import { readKev } from './kev.ts';
import { readSsvc } from './ssvc.ts';

const DATA = env('SALLYPORT_DATA') ?? join(import.meta.dirname, '../../../../../shared/data');
let folder: string;
beforeEach(() => {
  folder = ownFolder('catalogue');
});

const collect = (read: typeof readKev, input: string) =>
  collectFeed({ results: read({ input, feed: 'known' }), capturedAt: '2026-02-01T00:00:00Z' });

const put = (name: string, value: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return path;
};

const threats = (feed: Awaited<ReturnType<typeof collect>>) =>
  Object.fromEntries(feed.records.map(({ id, line }) => [id, AdvisorySchema.parse(JSON.parse(line)).threat]));

describe('catalogues of exploitation', () => {
  test('known exploited vulnerabilities become records that affect nothing by themselves', async () => {
    const entry = { cveID: 'CVE-2024-0001', vulnerabilityName: 'A', dateAdded: '2025-08-25', dueDate: '2025-09-15' };
    const input = put('kev.json', {
      vulnerabilities: [
        { ...entry, knownRansomwareCampaignUse: 'Known' },
        { ...entry, cveID: 'CVE-2024-0002', dueDate: '', knownRansomwareCampaignUse: 'Unknown' },
        entry,
        { ...entry, cveID: 'CVE-2024-0003', dateAdded: 'soon' },
        { ...entry, cveID: '../x' },
      ],
    });
    const feed = await collect(readKev, input);
    expect(threats(feed)).toEqual({
      'CVE-2024-0001': { exploited: { since: '2025-08-25', due: '2025-09-15', ransomware: true } },
      'CVE-2024-0002': { exploited: { since: '2025-08-25', ransomware: false } },
    });
    expect(feed.newest).toBe('2025-08-25T00:00:00Z');
    expect(feed.rejected.map(({ id, detail }) => `${id}: ${detail}`)).toEqual([
      'CVE-2024-0001: it stands there twice',
      'CVE-2024-0003: dateAdded is no date',
      '../x: not a CVE id',
    ]);
    expect((await collect(readKev, put('other.json', { list: [] }))).counts).toMatchObject({ rejected: 1 });
  });

  test('decision points are read in both forms, whatever their letter case', async () => {
    const lines = [
      { cveID: 'CVE-2024-0001', exploitation: 'PoC', automatable: 'Yes', technicalImpact: 'Total' },
      { cveID: 'CVE-2024-0002', exploitation: 'often', automatable: 'no', technicalImpact: 'partial' },
    ];
    const container = (timestamp: string, exploitation: string) => ({
      metrics: [
        {
          other: {
            type: 'ssvc',
            content: {
              timestamp,
              options: [{ Exploitation: exploitation }, { Automatable: 'no' }, { 'Technical Impact': 'partial' }],
            },
          },
        },
      ],
    });
    const record = {
      cveMetadata: { cveId: 'CVE-2024-0003' },
      containers: { adp: [container('2025-01-01T00:00:00.1Z', 'none'), container('2025-03-01T00:00:00Z', 'active')] },
    };
    const unjudged = { cveMetadata: { cveId: 'CVE-2024-0004' }, containers: {} };
    const text = [...lines, record, unjudged].map((line) => JSON.stringify(line)).join('\n');
    const feed = await collect(readSsvc, put('ssvc.ndjson', text));
    expect(threats(feed)).toEqual({
      'CVE-2024-0001': { ssvc: { exploitation: 'poc', automatable: 'yes', impact: 'total' } },
      'CVE-2024-0003': { ssvc: { exploitation: 'active', automatable: 'no', impact: 'partial' } },
    });
    expect(feed.rejected.map(({ id }) => id)).toEqual(['CVE-2024-0002']);
    expect(feed.newest).toBe('2025-03-01T00:00:00Z');
    // The form without dates says nothing of its age.
    expect((await collect(readSsvc, put('plain.ndjson', JSON.stringify(lines[0])))).newest).toBe('');
  });

  test.skipIf(!existsSync(join(DATA, 'cisa-kev.json.gz')))('the real catalogues are taken whole', async () => {
    const kev = await collect(readKev, join(DATA, 'cisa-kev.json.gz'));
    expect(kev.counts).toMatchObject({ advisories: 1_404, rejected: 0 });
    const ssvc = await collect(readSsvc, join(DATA, 'ssvc-decisions.ndjson.gz'));
    expect(ssvc.counts).toMatchObject({ advisories: 44_026, rejected: 0 });
  });
});
