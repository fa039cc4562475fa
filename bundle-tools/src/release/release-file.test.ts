import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entriesOf, joinTar, type RawEntry } from '../../test/forge.ts';
import { signEnvelope } from '../documents/envelope.ts';
import { sha256Hex } from '../trust/hash.ts';
import { generateSigningKey } from '../trust/keys.ts';
import { isReleaseFile, type ReleaseManifest, readReleaseFile, writeReleaseFile } from './release-file.ts';

const key = generateSigningKey();
const other = generateSigningKey();
const type = 'application/vnd.sallyport.release.v1+json';

describe('the file of a release', () => {
  let folder: string;
  let good: Buffer;
  let manifest: ReleaseManifest;
  let count = 0;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-release-'));
    const files = {
      SHA256SUMS: 'sums',
      'sallyport_9.8.7_amd64.deb': 'd'.repeat(2000),
      'sallyport-9.8.7-1.x86_64.rpm': '',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    manifest = {
      format: 'sallyport-release/1',
      version: '9.8.7',
      released_at: '2026-05-01T12:00:00Z',
      files: Object.entries(files).map(([name, text]) => ({
        name,
        size: text.length,
        sha256: sha256Hex(Buffer.from(text)),
      })),
    };
    good = readFileSync(await writeReleaseFile({ out: folder, manifest, folder, key }));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const place = (bytes: Uint8Array): string => {
    count += 1;
    const path = join(folder, `try-${count}.tar`);
    writeFileSync(path, bytes);
    return path;
  };
  const read = (bytes: Uint8Array, keys = [key.publicKey]) => readReleaseFile(place(bytes), keys);
  const signed = (body: unknown, by = key): Uint8Array =>
    signEnvelope({ payloadType: type, body: Buffer.from(JSON.stringify(body)), keys: [by] });
  const withHead = (body: unknown): Buffer =>
    joinTar([{ name: 'release.dsse.json', body: Buffer.from(signed(body)) }, ...entriesOf(good).slice(1)]);

  it('is read whole, by any of several keys, and is written again to the byte', async () => {
    expect(await read(good, [other.publicKey, key.publicKey])).toEqual({
      manifest,
      bytes: good.length,
      sha256: sha256Hex(good),
    });
    const again = join(folder, 'again');
    mkdirSync(again);
    expect(readFileSync(await writeReleaseFile({ out: again, manifest, folder, key })).equals(good)).toBe(true);
    expect(await isReleaseFile(place(good))).toBe(true);
    expect(await isReleaseFile(place(joinTar([{ name: 'bundle.dsse.json', body: Buffer.from('x') }])))).toBe(false);
  });

  it('gives out what is asked for, and nothing else', async () => {
    const to = join(folder, 'taken');
    await readReleaseFile(place(good), [key.publicKey], (name) => (name.endsWith('.deb') ? to : undefined));
    expect(readFileSync(to, 'utf8')).toBe('d'.repeat(2000));
  });

  it('of another key is refused, also where the list names a key that is asked for', async () => {
    await expect(read(good, [other.publicKey])).rejects.toMatchObject({ code: 'SIGNATURE' });
    await expect(read(good, [])).rejects.toMatchObject({ code: 'SIGNATURE' });
  });

  it('cut anywhere, with any bit of it turned, or with more behind it, is refused', async () => {
    for (let at = 0; at < good.length; at += 211)
      await expect(read(good.subarray(0, at)), `cut at ${at}`).rejects.toMatchObject({
        code: expect.stringMatching(/^(TRUNCATED|MISSING|HEADER|METADATA|SIGNATURE)$/) as string,
      });
    for (let at = 0; at < good.length; at += 97) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8));
      await expect(read(bad), `bit at ${at}`).rejects.toMatchObject({ name: 'BundleError' });
    }
    await expect(read(Buffer.concat([good, Buffer.alloc(512)]))).rejects.toMatchObject({ code: 'TRAILING' });
  });

  it('with a file that the list has not, without one that it has, or with another order is refused', async () => {
    const [head, ...rest] = entriesOf(good);
    if (head === undefined) throw new Error('no entries');
    const code = async (...entries: RawEntry[]): Promise<unknown> =>
      read(joinTar(entries)).then(
        () => 'taken',
        (error: unknown) => (error as { code: string }).code,
      );
    expect(await code(head, ...rest, { name: 'more.deb', body: Buffer.from('x') })).toBe('HEADER');
    expect(await code(head, { name: 'more.deb', body: Buffer.from('x') }, ...rest)).toBe('HEADER');
    expect(await code(head, ...rest.slice(0, -1))).toBe('MISSING');
    expect(await code(head, ...rest.toReversed())).toBe('HEADER');
    expect(await code(...rest)).toBe('MISSING');
  });

  it.each([
    ['../out', 'a path that leads out'],
    ['/etc/passwd', 'an absolute path'],
    ['a/b', 'a folder'],
    ['.hidden', 'a hidden file'],
    ['a\\b', 'a backslash'],
    ['', 'no name'],
  ])('whose key holder signed the name %j (%s) writes nothing', async (name) => {
    const [file, ...rest] = manifest.files;
    const listed = { ...manifest, files: [{ ...file, name }, ...rest] };
    const before = readdirSync(folder).length;
    const taken: string[] = [];
    const refused = readReleaseFile(place(withHead(listed)), [key.publicKey], (one) => void taken.push(one));
    await expect(refused).rejects.toMatchObject({ code: 'METADATA' });
    expect(taken).toEqual([]);
    expect(readdirSync(folder).length).toBe(before + 1);
  });

  it.each([
    ['another format', { format: 'sallyport-release/2' }],
    ['a version that is a path', { version: '../1.0.0' }],
    ['no files', { files: [] }],
    ['one more field', { more: 1 }],
  ])('with %s in its list is refused', async (_, change) => {
    await expect(read(withHead({ ...manifest, ...change }))).rejects.toMatchObject({ code: 'METADATA' });
  });
});
