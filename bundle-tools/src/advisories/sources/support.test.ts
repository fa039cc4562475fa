import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownFolder } from '../../../../test/support/test-folder.ts';
import { env } from '../../platform/ambient.ts';
import { AdvisorySchema } from '../advisory.ts';
import { collectFeed } from '../feed.ts';
import { supportFeed } from '../support.ts';
import { readSupport } from './support.ts';

const DATA = env('SALLYPORT_DATA') ?? join(import.meta.dirname, '../../../../../shared/data');
const archive = join(DATA, 'endoflife.tar.gz');

const read = async (name: string, value: unknown) => {
  const path = join(ownFolder('support'), name);
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  const results = readSupport({ input: path, feed: supportFeed });
  const feed = await collectFeed({ results, capturedAt: '2026-08-23T00:00:00Z' });
  const support = feed.records.map(({ line }) => AdvisorySchema.parse(JSON.parse(line)).support);
  return { ...feed, support: new Map(support.map((one) => [one?.ecosystem, one])) };
};

describe('ends of support', () => {
  it('of a release are the last day for everybody, and that of an edition that is paid for', async () => {
    const { support, rejected, newest } = await read('products.json', {
      result: [
        {
          name: 'ubuntu',
          releases: [
            { name: '18.04', eolFrom: '2023-05-31', eoesFrom: '2028-04-01', latest: { date: '2021-09-16' } },
            { name: '26.04', eolFrom: null, releaseDate: '2026-04-23' },
            { name: '20.04', eolFrom: 'soon' },
          ],
        },
        { name: 'debian', releases: [{ name: '11', eolFrom: '2024-08-14', eoesFrom: '2026-08-31' }] },
        { name: 'sles', releases: [{ name: '15.4', eolFrom: '2023-12-31', eoesFrom: '2026-12-31' }] },
        { name: 'a-game', releases: [{ name: '1', eolFrom: 'never' }] },
      ],
    });
    expect(Object.fromEntries(support)).toEqual({
      'Ubuntu:18.04:LTS': {
        ecosystem: 'Ubuntu:18.04:LTS',
        until: '2023-05-31',
        paid: { edition: 'Ubuntu Pro', until: '2028-04-01' },
      },
      // Long-term support of Debian costs nothing.
      'Debian:11': { ecosystem: 'Debian:11', until: '2026-08-31' },
      'SUSE:Linux Enterprise Server 15 SP4': {
        ecosystem: 'SUSE:Linux Enterprise Server 15 SP4',
        until: '2023-12-31',
        paid: { edition: 'Long Term Service Pack Support', until: '2026-12-31' },
      },
    });
    expect(rejected.map(({ detail }) => detail)).toEqual(['the end of support is no date']);
    expect(newest).toBe('2021-09-16T00:00:00Z');
  });

  it('of releases that share an ecosystem are the latest of them', async () => {
    const releases = [
      { releaseCycle: '2017.09', eol: '2023-12-30' },
      { releaseCycle: '2017.03', eol: '2023-12-31' },
      { releaseCycle: '2017.01', eol: '2023-12-29' },
    ];
    const { support } = await read('products.ndjson', `${JSON.stringify({ product: 'amazon-linux', releases })}\n`);
    expect([...support.values()]).toEqual([{ ecosystem: 'Amazon Linux:2017', until: '2023-12-31' }]);
  });

  it.skipIf(!existsSync(archive))(
    'are read of the public list without a reject (skipped without SALLYPORT_DATA)',
    async () => {
      const text = execFileSync('tar', ['-xzOf', archive, 'endoflife/products.ndjson'], {
        maxBuffer: 64 * 1024 * 1024,
      });
      const { support, rejected, newest } = await read('products.ndjson', text.toString('utf8'));
      expect(rejected).toEqual([]);
      expect(support.get('Ubuntu:18.04:LTS')).toMatchObject({ until: '2023-05-31', paid: { edition: 'Ubuntu Pro' } });
      expect(support.get('Debian:12')?.paid).toBeUndefined();
      expect([
        support.has('AlmaLinux:8'),
        support.has('Alpine:v3.19'),
        support.has('Red Hat:enterprise_linux:7'),
      ]).toEqual([true, true, true]);
      expect(newest > '2026-01-01').toBe(true);
    },
  );
});
