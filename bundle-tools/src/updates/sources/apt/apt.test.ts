import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { makeDemoRepository, makeRepositoryKey, signRelease } from '../../../../../scripts/demo-repository.ts';
import { startAptRepository } from '../../../../../test/support/apt-repository.ts';
import { ownFolder } from '../../../../../test/support/test-folder.ts';
import { suiteAdvisories } from '../../../advisories/sources/suite.ts';
import { downloader } from '../../../downloads/download.ts';
import { nowMs } from '../../../platform/ambient.ts';
import { planUpdates } from './plan.ts';
import { aptSource } from './source.ts';

const DAY_MS = 86_400_000;
const now = new Date(nowMs());
let cacheDir: string;

const download = (wanted: Parameters<ReturnType<typeof downloader>>[0]) =>
  downloader({ folder: join(cacheDir, 'downloads') })(wanted);

const repository = await startAptRepository();
afterAll(() => repository.close());
beforeEach(() => {
  cacheDir = ownFolder('apt-cache');
  repository.requests.length = 0;
});

const packages = [
  {
    name: 'hello',
    version: '2.0-1',
    source: 'greetings (2.0-1)',
    depends: 'libhello1 (>= 2.0)',
    description: 'says hello',
  },
  { name: 'libhello1', version: '2.0-1+b1', arch: 'amd64', source: 'greetings (2.0-1)' },
];

const source = (suite: string, extra = {}) =>
  aptSource({
    uri: `${repository.url}/`,
    suites: [suite],
    components: ['main'],
    keyrings: [repository.keyring],
    cacheDir,
    download,
    now,
    ...extra,
  });
const dists = (suite: string) => join(repository.dir, 'dists', suite);
const indexFolder = (suite: string) => join(dists(suite), 'main/binary-amd64');

/** Replaces every served copy of an index, under its name and under its digest. */
const spoilIndex = (suite: string, change: (bytes: Buffer) => Buffer): void => {
  const folder = indexFolder(suite);
  const paths = readdirSync(folder)
    .filter((name) => name.startsWith('Packages'))
    .map((name) => join(folder, name));
  const byHash = join(folder, 'by-hash/SHA256');
  if (existsSync(byHash)) paths.push(...readdirSync(byHash).map((name) => join(byHash, name)));
  for (const path of paths) writeFileSync(path, change(readFileSync(path)));
};

describe('a signed repository', () => {
  test('is read by hash, and a package comes into the cache by its digest', async () => {
    const made = await repository.addSuite({ suite: 'trixie', packages });
    const [index] = await source('trixie').refresh('amd64');
    expect(index).toMatchObject({
      suite: 'trixie',
      security: false,
      release: { codename: 'trixie', signer: `openpgp:${repository.key.fingerprint}` },
    });
    expect(index?.packages).toMatchObject([
      {
        name: 'hello',
        version: '2.0-1',
        source: 'greetings',
        sourceVersion: '2.0-1',
        depends: 'libhello1 (>= 2.0)',
        arch: 'all',
        title: 'says hello',
      },
      { name: 'libhello1', version: '2.0-1+b1', source: 'greetings', sourceVersion: '2.0-1', arch: 'amd64' },
    ]);
    expect(repository.requests).toEqual([
      '/dists/trixie/InRelease',
      expect.stringContaining('/main/binary-amd64/by-hash/SHA256/'),
    ]);
    const [deb] = made.debs;
    const fetchAs = (declared: { sha256: string; sizeBytes: number }, maxBytes = 2 << 20) =>
      download({ url: `${repository.url}/${index!.packages[0]!.path}`, maxBytes, declared });
    const file = { sha256: deb!.sha256, sizeBytes: deb!.sizeBytes };
    const path = await fetchAs(file);
    expect(readFileSync(path)).toEqual(readFileSync(deb!.path));
    const asked = repository.requests.length;
    await fetchAs(file);
    expect(repository.requests).toHaveLength(asked);
    writeFileSync(path, 'rotten');
    await fetchAs(file);
    expect(readFileSync(path)).toEqual(readFileSync(deb!.path));
    await expect(fetchAs({ ...file, sha256: '0'.repeat(64) })).rejects.toMatchObject({ code: 'HASH' });
    await expect(fetchAs({ sizeBytes: 10, sha256: '1'.repeat(64) })).rejects.toMatchObject({
      code: 'LIMIT',
    });
    await expect(fetchAs({ sizeBytes: 1 << 20, sha256: '1'.repeat(64) })).rejects.toMatchObject({ code: 'TRUNCATED' });
    await expect(fetchAs({ ...file, sha256: '1'.repeat(64) }, 10)).rejects.toMatchObject({
      code: 'LIMIT',
    });
    expect(
      readdirSync(join(cacheDir, 'downloads'))
        .flatMap((name) => readdirSync(join(cacheDir, 'downloads', name)))
        .filter((name) => name.endsWith('.part')),
    ).toEqual([]);
  });

  test.each([
    ['xz alone, by name', { packings: ['xz'], byHash: false }, /Packages\.xz$/],
    ['gzip alone', { packings: ['gz'], byHash: false }, /Packages\.gz$/],
    ['unpacked alone', { packings: ['plain'], byHash: false }, /Packages$/],
  ] as const)('is read with %s', async (_name, options, path) => {
    await repository.addSuite({ suite: 'packed', packages, ...options });
    const [index] = await source('packed').refresh('amd64');
    expect(index?.packages).toHaveLength(2);
    expect(repository.requests.at(-1)).toMatch(path);
  });

  test('an older snapshot of a lagging mirror never replaces the newer one that was seen', async () => {
    const dated = (days: number, version: string) =>
      repository.addSuite({
        suite: 'lagging',
        packages: [{ name: 'a', version }],
        date: new Date(nowMs() - days * DAY_MS),
      });
    const seen = async () => (await source('lagging').refresh('amd64'))[0]?.packages.map((one) => one.version);
    await dated(3, '1');
    expect(await seen()).toEqual(['1']);
    await dated(1, '2');
    expect(await seen()).toEqual(['2']);
    await dated(2, '1');
    expect(await seen()).toEqual(['2']);
  });

  test('a security suite is marked by its name or its label', async () => {
    await repository.addSuite({ suite: 'trixie-security', packages: [] });
    await repository.addSuite({ suite: 'fixes', packages: [], label: 'Debian-Security' });
    for (const suite of ['trixie-security', 'fixes']) {
      expect((await source(suite).refresh('amd64')).map((index) => index.security)).toEqual([true]);
    }
  });
});

describe('a repository is refused', () => {
  const refusal = (suite: string, extra = {}) =>
    source(suite, extra)
      .refresh('amd64')
      .then(
        () => 'accepted',
        (error: { code: string }) => error.code,
      );

  test('SIGNATURE: another key, no signature, an altered text, text outside the signature', async () => {
    await repository.addSuite({ suite: 'signed', packages });
    const path = join(dists('signed'), 'InRelease');
    const good = readFileSync(path, 'utf8');
    const other = await makeRepositoryKey('Somebody else');
    const body = good.slice(good.indexOf('\n\n') + 2, good.indexOf('-----BEGIN PGP SIGNATURE-----'));
    expect(await refusal('signed')).toBe('accepted');
    for (const spoiled of [
      await signRelease(body, other),
      body,
      good.replace('Codename: signed', 'Codename: sIgned'),
      good.slice(0, -200),
      '',
    ]) {
      writeFileSync(path, spoiled);
      expect(await refusal('signed')).toBe('SIGNATURE');
    }
    writeFileSync(path, `Suite: evil\n\n${good}`);
    const outcome = await source('signed')
      .refresh('amd64')
      .catch((error: { code: string }) => error.code);
    // Text before the signed part is either refused or not read.
    if (typeof outcome !== 'string') expect(outcome[0]?.release.suite).toBe('signed');
    else expect(outcome).toBe('SIGNATURE');
  });

  test('EXPIRED past Valid-Until; SOURCE_INVALID when dated in the future', async () => {
    await repository.addSuite({
      suite: 'old',
      packages,
      date: new Date(nowMs() - 9 * DAY_MS),
      validUntil: new Date(nowMs() - DAY_MS),
    });
    expect(await refusal('old')).toBe('EXPIRED');
    await repository.addSuite({ suite: 'early', packages, date: new Date(nowMs() + DAY_MS) });
    expect(await refusal('early')).toBe('SOURCE_INVALID');
    await repository.addSuite({ suite: 'valid', packages, validUntil: new Date(nowMs() + DAY_MS) });
    expect(await refusal('valid')).toBe('accepted');
  });

  test('HASH, TRUNCATED, LIMIT: an index that is altered, cut or longer', async () => {
    const spoils: [string, (bytes: Buffer) => Buffer][] = [
      ['HASH', (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1)! ^ 1])])],
      ['TRUNCATED', (bytes) => bytes.subarray(0, -20)],
      ['LIMIT', (bytes) => Buffer.concat([bytes, Buffer.from('x')])],
    ];
    for (const [code, change] of spoils) {
      await repository.addSuite({ suite: 'spoiled', packages });
      spoilIndex('spoiled', change);
      rmSync(cacheDir, { recursive: true, force: true });
      expect(await refusal('spoiled')).toBe(code);
    }
  });

  test('the unpacked index is checked too: a packed file that the vendor listed beside another plain one', async () => {
    await repository.addSuite({ suite: 'mixed', packages, packings: ['gz'], byHash: false });
    const path = join(dists('mixed'), 'InRelease');
    const good = readFileSync(path, 'utf8');
    const body = good.slice(good.indexOf('\n\n') + 2, good.indexOf('-----BEGIN PGP SIGNATURE-----')).trimEnd();
    const line = / ([0-9a-f]{64})( +\d+ main\/binary-amd64\/Packages)$/m;
    writeFileSync(path, await signRelease(`${body.replace(line, ` ${'0'.repeat(64)}$2`)}\n`, repository.key));
    expect(await refusal('mixed')).toBe('HASH');
  });

  test('SOURCE_INVALID: flat, or an unknown component; NOT_FOUND: no such suite; a keyring that is none', async () => {
    await repository.addSuite({ suite: 'trixie', packages });
    expect(await refusal('trixie', { components: ['contrib'] })).toBe('SOURCE_INVALID');
    expect(await refusal('trixie', { components: ['../../x'] })).toBe('SOURCE_INVALID');
    expect(await refusal('./')).toBe('SOURCE_INVALID');
    expect(await refusal('../trixie')).toBe('SOURCE_INVALID');
    expect(await refusal('absent')).toBe('NOT_FOUND');
    expect(await refusal('trixie', { keyrings: [join(cacheDir, 'none.gpg')] })).toBe('NOT_FOUND');
    expect(await refusal('trixie', { keyrings: [] })).toBe('SOURCE_INVALID');
    const noKey = join(cacheDir, 'text.gpg');
    writeFileSync(noKey, 'no key');
    expect(await refusal('trixie', { keyrings: [noKey] })).toBe('SOURCE_INVALID');
  });
});

test('a vendor without public advisories: from its signed archive to a planned, fetched security update', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'demo-repository-'));
  const demo = await makeDemoRepository({ dir });
  try {
    const indexes = await aptSource({
      uri: demo.uri,
      suites: demo.suites,
      components: [demo.component],
      keyrings: [demo.keyring],
      cacheDir,
      download,
      now,
    }).refresh(demo.arch);
    const [old, fixed] = demo.versions as [string, string];
    const { packageName: name } = demo;
    const platform = {
      vendor: 'demo-line',
      release: '1',
      arch: demo.arch,
      suites: demo.suites,
      packages: [{ name, version: old, source: name, source_version: old, all: 1 as const }],
    };
    const plan = planUpdates({ platform, indexes, wants: [{ position: 0, kind: 'newer' }] });
    expect(plan.unfulfilled).toEqual([]);
    expect(plan.updates).toMatchObject([
      {
        update: {
          ecosystem: 'dpkg:demo-line:1',
          version: fixed,
          security: true,
          signer: `openpgp:${demo.fingerprint}`,
        },
        files: [{ sha256: demo.debs[1]?.sha256 }],
      },
    ]);
    const { url, ...declared } = plan.updates[0]!.files[0]!;
    expect(readFileSync(await download({ url, maxBytes: 1 << 20, declared }))).toEqual(
      readFileSync(demo.debs[1]!.path),
    );
    const advisories = suiteAdvisories({ ecosystem: 'dpkg:demo-line:1', indexes, feed: 'suites' });
    expect(advisories.map((one) => [one.id, one.affected[0]?.ranges[0]?.comparable])).toEqual([
      [`suite:line-security:${name}:${fixed}`, true],
    ]);
  } finally {
    await demo.close();
    rmSync(dir, { recursive: true });
  }
});
