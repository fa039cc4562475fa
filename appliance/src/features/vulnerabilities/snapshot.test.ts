import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Advisory } from '@sallyport/bundle-tools/advisories/advisory';
import { contentDigest, toRecord } from '@sallyport/bundle-tools/advisories/digest';
import { encodePart, partHeader } from '@sallyport/bundle-tools/advisories/part';
import { toHex } from '@sallyport/bundle-tools/versions/key';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/commands.ts';
import { unpackDocuments } from './document-blocks.ts';
import { buildSnapshot } from './snapshot-build-store.ts';
import { presentSnapshot } from './snapshot-file-store.ts';
import { snapshotReaders } from './snapshot-queries.ts';
import { advisoryKey, snapshotPath } from './snapshot-schema-store.ts';
import { knownThreats } from './threat-queries.ts';
import type { FeedPart } from './types.ts';

const feed = 'osv-debian';
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

  it('of an earlier program gets the present form, with the same content', async () => {
    const threat: Advisory = {
      ...advisory(50, { affected: [] }),
      id: 'CVE-2026-50',
      threat: {
        exploited: { since: '2026-01-01', ransomware: true },
        ssvc: { exploitation: 'active', automatable: 'yes', impact: 'total' },
      },
    };
    const gone = advisory(60, { withdrawn: '2026-01-02T00:00:00Z' });
    const records = [...all, gone, threat];
    const [state] = await build(1, 0, await part('', records));
    const old = new BetterSqlite3(join(folder.path, 'old'));
    old.exec(`CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, licence TEXT, captured_at TEXT NOT NULL,
        newest_advisory TEXT, digest TEXT NOT NULL, cursor TEXT NOT NULL);
      CREATE TABLE adv (id INTEGER PRIMARY KEY, osv_id TEXT NOT NULL, source INTEGER NOT NULL, digest TEXT NOT NULL, doc BLOB NOT NULL);
      CREATE TABLE threat (adv INTEGER PRIMARY KEY, vuln TEXT NOT NULL, exploited_since TEXT, exploited_due TEXT, ransomware INTEGER,
        exploitation TEXT, automatable TEXT, impact TEXT);
      PRAGMA user_version = 4;`);
    old
      .prepare('INSERT INTO source VALUES (1, ?, NULL, ?, NULL, ?, ?)')
      .run(feed, '2026-01-02T00:00:00Z', state?.digest, state?.cursor);
    for (const one of records) {
      const { threat: said, ...document } = one;
      const id = advisoryKey(feed, one.id);
      const { digest } = toRecord(one);
      old
        .prepare('INSERT INTO adv VALUES (?, ?, 1, ?, ?)')
        .run(id, one.id, digest, Buffer.from(JSON.stringify(document)));
      if (said)
        old
          .prepare('INSERT INTO threat VALUES (?, ?, ?, NULL, 1, ?, ?, ?)')
          .run(id, one.id, '2026-01-01', 'active', 'yes', 'total');
    }
    old.close();
    renameSync(join(folder.path, 'old'), snapshotPath(folder.path, 2));

    expect(presentSnapshot(folder.path, 2)).toBe(snapshotPath(folder.path, 2));
    expect(readdirSync(folder.path).sort()).toEqual(['1.db', '2.db']);
    const coordinate = { eco: 'Debian:13', name: 'package-1', version: '20.0-1', key: keyFor('Debian:13', '20.0-1') };
    const expected = withReader(1, (reader) => reader.match(coordinate));
    expect(expected.length).toBeGreaterThan(3);
    expect(withReader(2, (reader) => reader.match(coordinate))).toEqual(expected);
    expect(knownThreats(folder.path, 2)).toEqual(knownThreats(folder.path, 1));
    expect(knownThreats(folder.path, 2)).toHaveLength(1);
    for (const one of all)
      expect(withReader(2, (reader) => reader.advisory(advisoryKey(feed, one.id))?.document)).toEqual(one);
    // What it says of its feed still holds: a delta builds on it.
    const next = [...records, { ...advisory(70), id: 'Z-1' }];
    await build(3, 2, await part(state?.cursor ?? '', next.slice(-1), next));
  });
});
