import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createMessage, generateKey, readKey, readPrivateKey, sign } from 'openpgp';
import tar from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { storedZip } from '../../../../test/support/stored-zip.ts';
import { fileFolder } from '../../../../test/support/test-folder.ts';
import { csaf20, type Sample, vendorPublisher } from '../../../test/csaf/samples.ts';
import { silentIo } from '../../cli/io.ts';
import { findFeed, readFeedRecords } from '../../host/feeds.ts';
import { syncAdvisories } from '../../host/gather-advisories.ts';
import { objectStore } from '../../host/objects.ts';
import { createState } from '../../host/state.ts';
import { collectFeed } from '../feed.ts';
import { encodePart, partHeader, readPart } from '../part.ts';
import { readCsafSource } from './csaf.ts';

const scratch = fileFolder('csaf-source');

const now = '2026-11-01T00:00:00Z';
const plain: Sample = {
  leaves: [{ id: 'a', name: 'SIMATIC S7-1500 CPU 1515-2 PN (6ES7515-2AM01-0AB0)', version: '<V2.9.7' }],
  vulnerabilities: [{ cve: 'CVE-2024-0001', affected: ['a'] }],
};
const text = (sample: Partial<Sample>): string => JSON.stringify(csaf20({ ...plain, ...sample }), null, 2);
const sha512 = (content: string): string => createHash('sha512').update(content).digest('hex');

type Files = Record<string, string>;

let count = 0;
const folderOf = (files: Files): string => {
  count += 1;
  const root = join(scratch, `f${count}`);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
};

const tarOf = async (files: Files, packed: boolean): Promise<string> => {
  const pack = tar.pack();
  for (const [name, content] of Object.entries(files)) pack.entry({ name }, content);
  pack.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of pack) chunks.push(chunk as Buffer);
  count += 1;
  const path = join(scratch, `t${count}`);
  writeFileSync(path, packed ? gzipSync(Buffer.concat(chunks)) : Buffer.concat(chunks));
  return path;
};

const zipOf = (files: Files): string => {
  count += 1;
  const path = join(scratch, `z${count}`);
  writeFileSync(path, storedZip(Object.entries(files)));
  return path;
};

const read = (input: string, more: object = {}) =>
  collectFeed({ results: readCsafSource({ input, feed: 'ot', ...more }), capturedAt: now });

const files: Files = {
  '2024/one.json': text({ id: 'ONE-1' }),
  '2024/one.json.sha512': `${sha512(text({ id: 'ONE-1' }))}  one.json\n`,
  '2024/two.json': text({ id: 'TWO-1', revision: '2' }),
  '2024/two-old.json': text({ id: 'TWO-1', revision: '1' }),
  'broken.json': '{"document": ',
  'wrong.json': text({ id: 'THREE-1' }),
  'wrong.json.sha512': sha512('something else'),
  'feed.json': '{"feed":{"entry":[]}}',
  'index.txt': '2024/one.json\n',
};

describe('a source of CSAF documents', () => {
  it('reads the same from a folder, a zip, a tar and a packed tar, whatever the order', async () => {
    const turned = Object.fromEntries(Object.entries(files).reverse());
    const inputs = [folderOf(files), zipOf(files), zipOf(turned), await tarOf(files, false), await tarOf(turned, true)];
    const digests = new Set<string>();
    for (const input of inputs) {
      const feed = await read(input);
      digests.add(feed.digest);
      expect(feed.counts).toMatchObject({ advisories: 2, rejected: 2 });
      expect(feed.rejected.map(({ id, reason }) => `${id} ${reason}`).sort()).toEqual([
        'broken.json JSON',
        'wrong.json HASH',
      ]);
      expect(feed.records.map(({ id, line }) => [id, JSON.parse(line).csaf.revision])).toEqual([
        ['ONE-1', '1'],
        ['TWO-1', '2'],
      ]);
    }
    expect(digests.size).toBe(1);
  });

  it('makes advisories that a part carries', async () => {
    const feed = await read(folderOf(files));
    const header = partHeader({ feed: 'ot', from: '', digest: feed.digest, newest: feed.newest });
    const bytes = await encodePart(header, feed.records);
    const items = [];
    for await (const item of readPart(
      (async function* () {
        yield bytes;
      })(),
    ))
      if ('advisory' in item) items.push(item.advisory);
    expect(items[0]).toMatchObject({
      id: 'ONE-1',
      aliases: ['CVE-2024-0001'],
      severity: 'critical',
      summary: 'A sample',
      affected: [],
      csaf: { trackingId: 'ONE-1', leaves: [{ models: ['6ES7515-2AM01-0AB0'] }] },
    });
  });

  it('reads one packed document, and tells two publishers apart that use one id', async () => {
    const path = join(scratch, 'one.json.gz');
    writeFileSync(path, gzipSync(text({})));
    expect((await read(path)).records).toHaveLength(1);
    const both = folderOf({ 'a.json': text({}), 'b.json': text({ publisher: vendorPublisher }) });
    expect((await read(both)).records.map(({ id }) => id)).toEqual([
      'SAMPLE-1@coordinator.test',
      'SAMPLE-1@www.siemens.com',
    ]);
  });

  it('counts documents that are too large or past a bound', async () => {
    const feed = await read(folderOf(files), { limits: { maxDocumentBytes: 100 } });
    expect(feed.counts.advisories).toBe(0);
    expect(new Set(feed.rejected.map(({ reason }) => reason))).toEqual(new Set(['TOO_LARGE', 'JSON']));
    await expect(read(folderOf(files), { limits: { maxDocuments: 2 } })).rejects.toMatchObject({ code: 'LIMIT' });
    await expect(read(join(scratch, 'none'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('with keys of the operator takes signed documents only', async () => {
    const [good, other] = await Promise.all(
      [1, 2].map(() => generateKey({ userIDs: [{ name: 'A' }], format: 'armored' })),
    );
    const seal = async (content: string, key: string): Promise<string> => {
      const message = await createMessage({ binary: Buffer.from(content) });
      return sign({ message, signingKeys: await readPrivateKey({ armoredKey: key }), detached: true });
    };
    const [a, b, c] = ['A-1', 'B-1', 'C-1'].map((id) => text({ id })) as [string, string, string];
    const input = folderOf({
      'a.json': a,
      'a.json.asc': await seal(a, good?.privateKey ?? ''),
      'b.json': b,
      'b.json.asc': await seal(b, other?.privateKey ?? ''),
      'c.json': c,
    });
    const keyring = {
      keyring: { keys: [await readKey({ armoredKey: good?.publicKey ?? '' })] },
      at: new Date(Date.now() + 60_000),
    };
    const feed = await read(input, { keyring });
    expect(feed.records.map(({ id }) => id)).toEqual(['A-1']);
    expect(feed.rejected.map(({ reason }) => reason)).toEqual(['SIGNATURE', 'SIGNATURE']);
  });
});

describe('the feed of a source', () => {
  it('never goes back to an older revision, and reading again changes nothing', async () => {
    const state = createState(join(scratch, 'state'));
    const objects = objectStore(state.objects);
    const source = (location: string) => ({ name: 'ot', kind: 'csaf' as const, location });
    const sync = (location: string) => syncAdvisories(source(location), { state, objects, io: silentIo, now });
    const first = await sync(folderOf({ 'a.json': text({ revision: '3' }), 'b.json': text({ id: 'B-1' }) }));
    expect(first).toMatchObject({ changed: 2, advisories: 2, classes: { intervals: 2 } });
    expect(await sync(folderOf({ 'b.json': text({ id: 'B-1' }), 'a.json': text({ revision: '3' }) }))).toMatchObject({
      changed: 0,
    });
    expect(
      await sync(folderOf({ 'a.json': text({ revision: '2', status: 'draft' }), 'b.json': text({ id: 'B-1' }) })),
    ).toMatchObject({ changed: 0 });
    expect(await sync(folderOf({ 'a.json': text({ revision: '4', status: 'interim' }) }))).toMatchObject({
      changed: 2,
    });
    const feed = findFeed(state, 'ot');
    if (feed === undefined) throw new Error('no feed');
    const records = [...(await readFeedRecords(objects, feed)).values()].map(({ line }) => JSON.parse(line));
    expect(records.map(({ id, withdrawn, csaf }) => [id, withdrawn, csaf.revision, csaf.status])).toEqual([
      ['B-1', now, '1', 'final'],
      ['SAMPLE-1', undefined, '4', 'interim'],
    ]);
  });
});
