import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import type { Advisory } from '@sallyport/bundle-tools/advisories/advisory';
import { contentDigest, toRecord } from '@sallyport/bundle-tools/advisories/digest';
import { encodePart, partHeader } from '@sallyport/bundle-tools/advisories/part';
import { toHex } from '@sallyport/bundle-tools/versions/key';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/commands.ts';
import { controllerKnowledge } from './csaf-queries.ts';
import { unpackDocuments } from './document-blocks.ts';
import { buildSnapshot } from './snapshot-build-store.ts';
import { snapshotReaders } from './snapshot-queries.ts';
import { advisoryKey, snapshotPath } from './snapshot-schema-store.ts';
import type { FeedPart } from './types.ts';

const feed = 'osv-debian';
const pageBytes = 4_096;
const key = (version: string) => toHex(keyFor('Debian:13', version) ?? new Uint8Array());
const advisory = (n: number, extra: Partial<Advisory> = {}): Advisory => ({
  id: `A-${String(n).padStart(4, '0')}`,
  feed,
  aliases: [`CVE-2026-${n}`],
  upstream: ['U-1'],
  related: [],
  modified: '2026-01-01T00:00:00Z',
  severity: 'high',
  cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  summary: `Problem ${n}`,
  references: [],
  affected: [
    {
      ecosystem: 'Debian:13',
      package: `package-${n % 3}`,
      ranges: [{ lo: '', hi: key(`${n}.0-1`), introduced: '0', fixed: `${n}.0-1`, comparable: true }],
      versions: n % 5 === 0 ? ['ключ'] : [],
    },
  ],
  ...extra,
});

describe('a snapshot', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder('snapshot');
  });
  afterEach(() => folder.remove());

  const part = async (from: string, records: readonly Advisory[], all = records): Promise<FeedPart> => {
    const header = partHeader({ feed, from, digest: contentDigest(all.map(toRecord)), newest: '2026-01-01T00:00:00Z' });
    const bytes = await encodePart(header, records.map(toRecord));
    return {
      feed,
      from,
      to: header.to,
      open: async function* () {
        yield bytes;
      },
    };
  };
  const build = (number: number, previous: number, ...parts: FeedPart[]) =>
    buildSnapshot({ folder: folder.path, number, previous, parts, capturedAt: '2026-01-02T00:00:00Z' });
  const numbers = (number: number, sql: string): number[] => {
    const db = new BetterSqlite3(snapshotPath(folder.path, number), { readonly: true });
    try {
      return db.prepare<[], number>(sql).pluck().all();
    } finally {
      db.close();
    }
  };
  const withReader = <T>(
    number: number,
    use: (reader: NonNullable<ReturnType<ReturnType<typeof snapshotReaders>['reader']>>) => T,
  ): T => {
    const readers = snapshotReaders(folder.path, () => number);
    try {
      const reader = readers.reader();
      if (reader === undefined) throw new Error('there is no snapshot');
      return use(reader);
    } finally {
      readers.close();
    }
  };
  const all = Array.from({ length: 40 }, (_, n) => advisory(n + 1));

  it('shows the CVEs of upstream among the other names, each once', async () => {
    const names = {
      aliases: ['CVE-2026-0001'],
      upstream: ['CVE-2026-0001', 'CVE-2025-12345', 'U-1'],
      related: ['R-1'],
    };
    await build(1, 0, await part('', [advisory(1, names)]));
    withReader(1, (reader) => {
      const facts = reader.facts(advisoryKey(feed, 'A-0001'));
      expect(JSON.parse(facts?.aliases ?? '')).toEqual(['CVE-2025-12345', 'CVE-2026-0001']);
      expect([reader.hasPackage('package-1'), reader.hasPackage('package-9')]).toEqual([true, false]);
    });
  });

  it('notes what a full part changed, and leaves what it brings again', async () => {
    await build(1, 0, await part('', all));
    expect(numbers(1, 'SELECT count(*) FROM change')).toEqual([0]);
    const changed = all.filter((_, n) => n !== 3).map((one, n) => (n === 7 ? { ...one, summary: 'another' } : one));
    await build(2, 1, await part('', changed));
    const differing = [all[3]?.id, changed[7]?.id].map((id) => advisoryKey(feed, id ?? ''));
    expect(numbers(2, 'SELECT adv FROM change ORDER BY adv')).toEqual(differing.sort((a, b) => a - b));
    expect(numbers(2, 'SELECT count(*) FROM change_pkg')).toEqual([2]);
    await build(3, 2, await part('', changed));
    expect(numbers(3, 'SELECT adv FROM change')).toEqual([]);
    withReader(2, (reader) => {
      expect(reader.advisory(differing[1] as number)?.document).toMatchObject({ summary: 'another' });
      expect(reader.advisory(advisoryKey(feed, all[3]?.id ?? ''))).toBeUndefined();
    });
  });

  it('keeps every document readable while most of them are replaced', async () => {
    let [state] = await build(1, 0, await part('', all));
    let held = all;
    for (let round = 1; round <= 4; round += 1) {
      const changed = held
        .filter((_, n) => n % 4 !== round % 4)
        .map((one) => ({ ...one, summary: `${one.id} ${round}` }));
      const byId = new Map(changed.map((one) => [one.id, one]));
      held = held.map((one) => byId.get(one.id) ?? one);
      [state] = await build(round + 1, round, await part(state?.cursor ?? '', changed, held));
      withReader(round + 1, (reader) => {
        for (const one of held) expect(reader.advisory(advisoryKey(feed, one.id))?.document).toEqual(one);
      });
    }
    const db = new BetterSqlite3(snapshotPath(folder.path, 5), { readonly: true });
    const blocks = db
      .prepare<[], { live: number; held: number; data: Buffer }>('SELECT live, held, data FROM doc')
      .all();
    db.close();
    for (const { live, held: documents, data } of blocks) {
      expect(unpackDocuments(data)).toHaveLength(documents);
      // No block is kept for the sake of less than half of it.
      expect(live * 2).toBeGreaterThan(documents);
    }
    expect(blocks.reduce((sum, { live }) => sum + live, 0)).toBe(held.length);
  });

  it('names its own file where that is damaged', async () => {
    await build(1, 0, await part('', all));
    const path = snapshotPath(folder.path, 1);
    const id = advisoryKey(feed, all[3]?.id ?? '');
    const readers = snapshotReaders(folder.path, () => 1);
    const knowledge = controllerKnowledge(folder.path);
    // Pages behind the first, so that it is still a database of this schema.
    const file = openSync(path, 'r+');
    const behind = fstatSync(file).size - pageBytes;
    expect(behind).toBeGreaterThan(0);
    writeSync(file, Buffer.alloc(behind, 0x55), 0, behind, pageBytes);
    closeSync(file);
    for (const read of [
      () => readers.reader()?.advisory(id),
      () => knowledge.feeds(1),
      () => knowledge.open(1)?.documents(),
    ])
      expect(read).toThrow(
        expect.objectContaining({ code: 'ADVISORIES', message: expect.stringContaining('advisories/1.db') }),
      );
    readers.close();
  });
});
