import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type InventoryLine, parseInventory } from '@sallyport/bundle-tools/documents/inventory';
import { stateDigest } from '@sallyport/bundle-tools/documents/request';
import { parseUpdates } from '@sallyport/bundle-tools/updates/update';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startAptRepository, type TestRepository } from '../support/apt-repository.ts';
import { binOf } from '../support/commands.ts';
import { type MadeSite, makeSite, type Platform } from './made-site.ts';

// The connected host, driven through its built command: ceremony, introduction, catalog, bundle, and a site that imports
// with the real importer.

type Ran = { status: number; stdout: string; stderr: string };
type Json = Record<string, unknown>;

/** Not synchronous: the repository that the command reads is served by this process. */
const run = (...args: string[]): Promise<Ran> =>
  new Promise((resolve) => {
    const options = { encoding: 'utf8', maxBuffer: 64 << 20, timeout: 150_000 } as const;
    const child = execFile(process.execPath, [binOf('sallyport-bundle'), ...args], options, (_, stdout, stderr) =>
      resolve({ status: child.exitCode ?? -1, stdout, stderr }),
    );
  });

describe('sallyport-bundle', () => {
  let dir = '';
  let repository: TestRepository;
  const at = (...parts: string[]) => join(dir, ...parts);
  const state = () => ['--state', at('state')];
  const host = async (...args: string[]): Promise<Json> => {
    const done = await run(...args, ...(args[0] === 'catalog' && args[1] === 'sign' ? [] : state()), '--json');
    if (done.status !== 0) throw new Error(`${args.join(' ')}: exit ${done.status}\n${done.stderr}`);
    return JSON.parse(done.stdout) as Json;
  };
  const refused = async (...args: string[]): Promise<{ code: string; status: number; stderr: string }> => {
    const done = await run(...args, ...(args[0] === 'catalog' && args[1] === 'sign' ? [] : state()), '--json');
    const code = /^Error (\w+): /m.exec(done.stderr)?.[1] ?? `exit ${done.status}: ${done.stderr}`;
    return { code, status: done.status, stderr: done.stderr };
  };

  const platform = (packages: Platform['packages'], suites = ['trixie', 'trixie-security']): Platform => ({
    vendor: 'debian',
    release: '13',
    arch: 'amd64',
    suites,
    packages,
  });
  const installed = (name: string, version: string, all: 0 | 1 = 1) => ({
    name,
    version,
    source: name,
    source_version: version,
    all,
  });
  const newer = [{ kind: 'newer' as const, id: '0' }];

  const osv = (id: string, fixed: string, modified: string) =>
    JSON.stringify({
      schema_version: '1.7.0',
      id,
      modified,
      summary: `${id} in hello`,
      affected: [
        {
          package: { ecosystem: 'Debian:13', name: 'hello' },
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
        },
      ],
    });

  const ceremony = async (): Promise<void> => {
    await host(
      'trust',
      'init',
      ...['a', 'b', 'c'].flatMap((name) => ['--root-key', at('keys', `root-${name}.json`)]),
      '--curator-key',
      at('keys', 'curator.json'),
    );
    await host('trust', 'export', '--out', at('trust.tar'));
  };

  const introduce = async (name: string): Promise<MadeSite> => {
    const site = makeSite(name, at('sites', name));
    await site.importTrust(at('trust.tar'));
    const fingerprint = site.writeCard(at(`${name}.card`));
    await host('site', 'add', at(`${name}.card`), '--fingerprint', fingerprint);
    return site;
  };

  const sources = async (): Promise<void> => {
    await host('source', 'add', 'osv', 'debian', at('osv'));
    await host(
      'source',
      'add',
      'apt',
      'test',
      '--uri',
      repository.url,
      '--suite',
      'trixie',
      '--suite',
      'trixie-security',
      '--component',
      'main',
      '--keyring',
      repository.keyring,
    );
  };

  const sign = (built: Json) => host('catalog', 'sign', '--key', at('keys', 'curator.json'), String(built['path']));
  const bundleOf = (fulfilled: Json) => (fulfilled['bundles'] as Json[])[0] ?? {};
  const inventoryOf = (built: Json): InventoryLine[] =>
    parseInventory(readFileSync(join(String(built['path']), 'inventory.jsonl')));

  beforeAll(async () => {
    repository = await startAptRepository();
    await repository.addSuite({
      suite: 'trixie',
      packages: [
        { name: 'hello', version: '1.0-1' },
        { name: 'tool', version: '3.0-1', depends: 'libtool9 (>= 2)' },
        { name: 'libtool9', version: '2.5-1' },
      ],
    });
    await repository.addSuite({ suite: 'trixie-security', packages: [{ name: 'hello', version: '1.0-1+deb13u1' }] });
  }, 60_000);
  afterAll(() => repository.close());

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'sallyport-host-'));
    for (const part of ['medium', 'osv']) mkdirSync(at(part));
    writeFileSync(at('osv', 'DSA-1.json'), osv('DSA-1', '1.0-1+deb13u1', '2026-01-02T00:00:00Z'));
    return () => rmSync(dir, { recursive: true, force: true });
  });

  it('goes round: build, sign, fulfil, import, and the next time only what is new', async () => {
    await ceremony();
    const site = await introduce('plant-1');
    await sources();
    site.writeRequest(at('medium'), {
      wants: newer,
      platforms: [
        platform([installed('hello', '1.0-1'), installed('tool', '2.0-1'), installed('libtool9', '1.0-1', 0)]),
      ],
    });

    const built = await host('catalog', 'build', '--media', at('medium'));
    expect(built).toMatchObject({
      isNew: true,
      isSigned: false,
      updates: 3,
      sites: [{ site: 'plant-1', updates: 3, gaps: [] }],
    });
    const diff = readFileSync(join(String(built['path']), 'diff.txt'), 'utf8');
    expect(diff).toContain('+ hello 1.0-1+deb13u1 all security');
    expect(diff).toContain(`openpgp:${repository.key.fingerprint}: 3 updates`);
    // The host alone can add nothing.
    const early = bundleOf(await host('fulfil', '--media', at('medium')));
    expect(early).toMatchObject({ objects: 0, unfulfilled: [{ reason: 'NOT_APPROVED', wants: [0] }] });

    await sign(built);
    const bundle = bundleOf(await host('fulfil', '--media', at('medium')));
    expect(bundle).toMatchObject({ site: 'plant-1', request: 1, updates: 3, unfulfilled: [], reliesOn: 0 });
    // The earlier answer is gone, so that the medium holds one bundle.
    expect(readdirSync(at('medium')).filter((name) => name.endsWith('.tar'))).toEqual([
      String(bundle['path']).split('/').at(-1),
    ]);

    const verdict = await site.importBundle(String(bundle['path']));
    expect(verdict.counts.new).toBe(bundle['objects']);
    const lines = inventoryOf(built);
    const updates = parseUpdates(site.object(lines.find((line) => line.path === 'updates.jsonl')?.sha256 ?? ''));
    expect(updates.map((update) => `${update.name} ${update.version} ${update.security}`).sort()).toEqual([
      'hello 1.0-1+deb13u1 true',
      'libtool9 2.5-1 false',
      'tool 3.0-1 false',
    ]);
    for (const update of updates) expect(update.files.every((file) => site.has(file))).toBe(true);
    const part = lines.find((line) => line.path.startsWith('advisories/debian/0-'));
    expect(gunzipSync(site.object(part?.sha256 ?? '')).toString()).toContain('DSA-1');

    // Nothing changed: the same request content gets the same catalog and no object that is held.
    const cursors = { debian: /0-([0-9a-f]{16})/.exec(part?.path ?? '')?.[1] ?? '' };
    const done = [
      platform([installed('hello', '1.0-1+deb13u1'), installed('tool', '3.0-1'), installed('libtool9', '2.5-1')]),
    ];
    rmSync(at('medium'), { recursive: true });
    mkdirSync(at('medium'));
    site.writeRequest(at('medium'), { wants: newer, platforms: done, cursors });
    const second = await host('fulfil', '--media', at('medium'), '--curator-key', at('keys', 'curator.json'));
    expect(second['catalog']).toMatchObject({ isSigned: true });
    expect(bundleOf(second)).toMatchObject({ objects: 0, seq: 3, reliesOn: 1 });
    const again = await site.importBundle(String(bundleOf(second)['path']));
    expect(again.manifest.receipt_seen).toBe(1);
    expect(again.manifest.prev_bundle).toBe(verdict.bundleId);

    // A new advisory travels as a delta.
    writeFileSync(at('osv', 'DSA-2.json'), osv('DSA-2', '1.0-1+deb13u2', '2026-02-02T00:00:00Z'));
    rmSync(at('medium'), { recursive: true });
    mkdirSync(at('medium'));
    site.writeRequest(at('medium'), { wants: newer, platforms: done, cursors });
    const third = await host('fulfil', '--media', at('medium'), '--curator-key', at('keys', 'curator.json'));
    const catalog = third['catalog'] as Json;
    await site.importBundle(String(bundleOf(third)['path']));
    const delta = inventoryOf(catalog).find((line) => line.path.startsWith(`advisories/debian/${cursors.debian}-`));
    const full = inventoryOf(catalog).find((line) => line.path.startsWith('advisories/debian/0-'));
    expect(gunzipSync(site.object(delta?.sha256 ?? '')).toString()).toMatch(/DSA-2/);
    expect(gunzipSync(site.object(delta?.sha256 ?? '')).toString()).not.toMatch(/"DSA-1"/);
    expect(site.has(full?.sha256 ?? '')).toBe(false);
  });

  it('explains every want that it cannot fulfil', async () => {
    await ceremony();
    const site = await introduce('plant-1');
    await sources();
    site.writeRequest(at('medium'), {
      wants: [
        { kind: 'newer', id: '0' },
        { kind: 'advisory', id: 'debian' },
        { kind: 'advisory', id: 'pypi' },
        { kind: 'firmware', id: 'plc' },
        { kind: 'object', id: 'f'.repeat(64) },
        { kind: 'update', id: 'Debian:13/hello', min: '9.9-1' },
        { kind: 'product', id: 'scada' },
      ],
      platforms: [platform([installed('hello', '0.9-1')], ['sid'])],
    });
    const fulfilled = await host('fulfil', '--media', at('medium'), '--curator-key', at('keys', 'curator.json'));
    expect(bundleOf(fulfilled)['unfulfilled']).toEqual([
      { reason: 'NO_SOURCE', wants: [0, 2, 3, 5, 6] },
      { reason: 'UNKNOWN', wants: [4] },
    ]);
    expect((await site.importBundle(String(bundleOf(fulfilled)['path']))).unfulfilled).toHaveLength(2);
  });

  it('refuses what is not a request of a known site, and goes on with the rest', async () => {
    await ceremony();
    expect(await refused('catalog', 'build', '--media', at('medium'))).toMatchObject({ code: 'NOT_FOUND', status: 1 });
    writeFileSync(at('medium', 'garbage.spr'), `SPSEAL01${'x'.repeat(500)}`);
    expect((await refused('catalog', 'build', '--media', at('medium'))).code).toBe('SEAL');
    const stranger = makeSite('stranger', at('sites', 'stranger'));
    await stranger.importTrust(at('trust.tar'));
    stranger.writeCard(at('stranger.card'));
    stranger.writeRequest(at('medium'), {});
    rmSync(at('medium', 'garbage.spr'));
    expect((await refused('fulfil', '--media', at('medium'))).code).toBe('SITE_UNKNOWN');

    const site = await introduce('plant-1');
    site.writeRequest(at('medium'), {});
    const done = await run('fulfil', '--media', at('medium'), ...state(), '--json');
    expect(done.status).toBe(1);
    expect(JSON.parse(done.stdout)).toMatchObject({
      bundles: [{ site: 'plant-1' }],
      refused: [{ code: 'SITE_UNKNOWN' }],
    });
  });

  it('notices a replay, and a site whose state went back', async () => {
    await ceremony();
    const site = await introduce('plant-1');
    const first = site.writeRequest(at('medium'), {});
    const old = readFileSync(first);
    await site.importBundle(String(bundleOf(await host('fulfil', '--media', at('medium')))['path']));
    rmSync(first);
    const second = site.writeRequest(at('medium'), {});
    await host('fulfil', '--media', at('medium'));
    rmSync(second);
    writeFileSync(at('medium', 'replay.spr'), old);
    expect((await refused('fulfil', '--media', at('medium'))).code).toBe('SITE_REVERTED');
    expect(bundleOf(await host('fulfil', '--media', at('medium'), '--accept-reverted', 'plant-1'))).toMatchObject({
      request: 1,
      seq: 3,
    });
    rmSync(at('medium', 'replay.spr'));
    // The receipts say that the first bundle was imported; a restored backup does not know it.
    const held = { seq: 0, seq_broadcast: 1 };
    const tuf = { root: 1, timestamp: 9, snapshot: 1, targets: 1 };
    site.writeRequest(at('medium'), { tuf, state: { ...held, digest: stateDigest(tuf, held) } });
    expect(await refused('fulfil', '--media', at('medium'))).toMatchObject({
      code: 'SITE_REVERTED',
      stderr: expect.stringContaining('--accept-reverted'),
    });
  });

  it('refuses receipts that were changed or left out', async () => {
    await ceremony();
    const site = await introduce('plant-1');
    const round = async (content: Parameters<MadeSite['writeRequest']>[1] = {}): Promise<void> => {
      const path = site.writeRequest(at('medium'), content);
      await site.importBundle(String(bundleOf(await host('fulfil', '--media', at('medium')))['path']));
      rmSync(path);
    };
    const attempt = async (receipts: ReturnType<MadeSite['receipts']>): Promise<string> => {
      const path = site.writeRequest(at('medium'), { receipts });
      const { code } = await refused('fulfil', '--media', at('medium'));
      rmSync(path);
      return code;
    };
    for (const _ of [1, 2, 3]) await round();
    await round({ receipts: [] });
    // The host holds two of them now.
    const [first, second, third, fourth] = site.receipts();
    const changed = {
      ...third!,
      payload: Buffer.from(Buffer.from(third!.payload, 'base64').toString().replace('imported', 'refused')).toString(
        'base64',
      ),
    };
    expect(await attempt([second!, fourth!])).toBe('CHAIN');
    expect(await attempt([second!, changed])).toBe('CHAIN');
    await round();
    const site2 = await introduce('plant-2');
    const path = site2.writeRequest(at('medium'), {});
    await site2.importBundle(String(bundleOf(await host('fulfil', '--media', at('medium')))['path']));
    rmSync(path);
    site2.writeRequest(at('medium'), { receipts: [first!] });
    // Signed by another site.
    expect((await refused('fulfil', '--media', at('medium'))).code).toBe('CHAIN');
    expect(await host('custody', 'verify', 'plant-1')).toMatchObject({ receipts: { count: 4 } });
    const folder = at('state', 'sites', 'plant-1', 'receipts');
    rmSync(join(folder, readdirSync(folder).find((name) => name.startsWith('2-')) ?? ''));
    expect((await refused('custody', 'verify', 'plant-1')).code).toBe('CHAIN');
  });

  it('needs every curator of the threshold, and takes what is signed while more is being built', async () => {
    const curators = ['c1', 'c2'].flatMap((name) => ['--curator-key', at('keys', `${name}.json`)]);
    await host(
      'trust',
      'init',
      ...['a', 'b', 'c'].flatMap((name) => ['--root-key', at('keys', `root-${name}.json`)]),
      ...curators,
      '--curator-threshold',
      '2',
    );
    await host('trust', 'export', '--out', at('trust.tar'));
    const site = await introduce('plant-1');
    await sources();
    site.writeRequest(at('medium'), { wants: newer, platforms: [platform([installed('hello', '1.0-1')])] });
    const built = await host('catalog', 'build', '--media', at('medium'));
    const path = String(built['path']);
    expect(await host('catalog', 'sign', '--key', at('keys', 'c1.json'), path)).toMatchObject({
      signers: 1,
      threshold: 2,
    });
    expect(bundleOf(await host('fulfil', '--media', at('medium')))).toMatchObject({ objects: 0 });
    const shown = await run(
      'catalog',
      'sign',
      '--key',
      at('keys', 'c2.json'),
      '--previous',
      at('state', 'catalogs', '1'),
      path,
    );
    expect(shown.stdout).toContain('+ hello 1.0-1+deb13u1');
    writeFileSync(at('osv', 'DSA-9.json'), osv('DSA-9', '9', '2026-03-02T00:00:00Z'));
    expect(await host('catalog', 'build', '--media', at('medium'))).toMatchObject({ isNew: true, catalog: 3 });
    expect(bundleOf(await host('fulfil', '--media', at('medium')))).toMatchObject({ updates: 1, unfulfilled: [] });
    // The catalog that was built before the other was signed cannot be published over it.
    expect(await host('catalog', 'build', '--media', at('medium'))).toMatchObject({ isNew: true, catalog: 4 });
  });

  it('looks at, checks and unpacks what it wrote, offline', async () => {
    await ceremony();
    const site = await introduce('plant-1');
    await sources();
    const request = site.writeRequest(at('medium'), {
      wants: newer,
      platforms: [platform([installed('hello', '1.0-1')])],
    });
    const bundle = bundleOf(
      await host('fulfil', '--media', at('medium'), '--curator-key', at('keys', 'curator.json'), '--person', '7'),
    );
    const path = String(bundle['path']);
    const plain = async (...args: string[]): Promise<Json> => {
      const done = await run(...args, '--json');
      if (done.status !== 0) throw new Error(done.stderr);
      return JSON.parse(done.stdout) as Json;
    };
    expect(await plain('inspect', path)).toMatchObject({ kind: 'bundle', manifest: { site: 'plant-1', seq: 1 } });
    expect(await plain('inspect', request)).toMatchObject({
      kind: 'request',
      sealed: { recipients: 1 },
      closed: 'give --state to open it',
    });
    expect(await host('inspect', request)).toMatchObject({ request: { site: 'plant-1', wants: { newer: 1 } } });
    expect(await plain('inspect', at('plant-1.card'))).toMatchObject({ kind: 'site-card', card: { site: 'plant-1' } });
    expect(await plain('inspect', at('state', 'trust', '1.root.json'))).toMatchObject({
      kind: 'metadata',
      metadata: { role: 'root', version: 1 },
    });
    for (const root of [at('state', 'trust', '1.root.json'), at('trust.tar')])
      expect(await plain('verify', path, '--root', root)).toMatchObject({ verified: true, objects: bundle['objects'] });
    await plain('unpack', path, '--dir', at('unpacked'));
    expect(readdirSync(at('unpacked', 'o'))).toHaveLength(Number(bundle['objects']));
    expect(await plain('verify', at('unpacked'), '--root', at('trust.tar'))).toMatchObject({ verified: true });
    expect(await host('custody', 'verify', 'plant-1')).toMatchObject({
      lines: [{ step: 'fulfil', person: 7, sha256: bundle['sha256'] }],
    });

    const bytes = readFileSync(path);
    bytes[bytes.length - 3000]! ^= 1;
    writeFileSync(at('altered.tar'), bytes);
    expect((await run('verify', at('altered.tar'), '--root', at('trust.tar'))).status).toBe(1);
    const other = join(dir, 'other');
    await run(
      'trust',
      'init',
      '--root-key',
      at('keys', 'x.json'),
      '--curator-key',
      at('keys', 'y.json'),
      '--state',
      other,
    );
    const foreign = await run('verify', path, '--state', other);
    expect(foreign.stderr).toMatch(/^Error (SIGNATURE|ROOT_CHAIN|MIX|METADATA): /m);
  });

  it('writes nothing when an object in its own store was spoilt', async () => {
    await ceremony();
    const site = await introduce('plant-1');
    await sources();
    site.writeRequest(at('medium'), { wants: newer, platforms: [platform([installed('hello', '1.0-1')])] });
    const built = await host('catalog', 'build', '--media', at('medium'));
    await sign(built);
    const line = inventoryOf(built).find(({ kind }) => kind === 'update')!;
    const object = at('state', 'objects', 'sha256', line.sha256.slice(0, 2), line.sha256);
    const bytes = readFileSync(object);
    bytes[100]! ^= 1;
    writeFileSync(object, bytes);
    expect((await refused('fulfil', '--media', at('medium'))).code).toBe('HASH');
    expect(readdirSync(at('medium')).filter((name) => name.includes('.tar'))).toEqual([]);
  });

  it('brings vendor files with their licence to the site whose software they replace', async () => {
    await ceremony();
    const site = await introduce('plant-1');
    mkdirSync(at('vendor'));
    writeFileSync(at('vendor', 'scada-2.0.bin'), 'the new version');
    const sha256 = createHash('sha256').update('the new version').digest('hex');
    writeFileSync(
      at('vendor', 'scada-2.0.bin.sallyport.json'),
      JSON.stringify({
        product: 'scada',
        version: '2.0',
        sha256,
        appliesTo: { purl: 'pkg:generic/scada' },
        licence: 'Use it well.',
      }),
    );
    await host('source', 'add', 'files', 'vendor', at('vendor'));
    expect(await host('source', 'sync', 'vendor')).toMatchObject({ sources: [{ files: 1, rejected: 0 }] });
    site.writeRequest(at('medium'), {
      software: ['pkg:generic/scada@1.0'],
      wants: [{ kind: 'product', id: 'scada', min: '2.0' }],
    });
    const done = await host('fulfil', '--media', at('medium'), '--curator-key', at('keys', 'curator.json'));
    expect(bundleOf(done)).toMatchObject({ updates: 1, unfulfilled: [] });
    await site.importBundle(String(bundleOf(done)['path']));
    expect(Buffer.from(site.object(sha256)).toString()).toBe('the new version');
    const licence = createHash('sha256').update('Use it well.').digest('hex');
    expect(Buffer.from(site.object(licence)).toString()).toBe('Use it well.');
  });

  it('takes cards by their fingerprint only', async () => {
    await ceremony();
    const site = makeSite('plant-1', at('sites', 'plant-1'));
    const fingerprint = site.writeCard(at('card'));
    expect((await refused('site', 'add', at('card'), '--fingerprint', '0'.repeat(64))).code).toBe('SIGNATURE');
    expect(await host('site', 'add', at('card'))).toMatchObject({ compared: false, fingerprint, change: 'added' });
    expect(await host('site', 'add', at('card'), '--fingerprint', fingerprint.replace(/(.{4})/g, '$1 '))).toMatchObject(
      { compared: true, change: 'known' },
    );
    makeSite('plant-1', at('sites', 'other')).writeCard(at('card'));
    expect(['SIGNATURE', 'CHAIN']).toContain((await refused('site', 'add', at('card'))).code);
    writeFileSync(at('card'), 'nonsense');
    expect((await refused('site', 'add', at('card'))).code).toBe('METADATA');
  });

  it('stops at a repository with a wrong signature or hash, with its state unchanged', async () => {
    await ceremony();
    const site = await introduce('plant-1');
    const other = await startAptRepository();
    try {
      await other.addSuite({ suite: 'trixie', packages: [{ name: 'hello', version: '2.0-1' }] });
      await host(
        'source',
        'add',
        'apt',
        'other',
        '--uri',
        other.url,
        '--suite',
        'trixie',
        '--component',
        'main',
        '--keyring',
        repository.keyring,
      );
      site.writeRequest(at('medium'), { wants: newer, platforms: [platform([installed('hello', '1.0-1')])] });
      expect((await refused('catalog', 'build', '--media', at('medium'))).code).toBe('SIGNATURE');
      await host('source', 'remove', 'other');
      await host(
        'source',
        'add',
        'apt',
        'other',
        '--uri',
        other.url,
        '--suite',
        'trixie',
        '--component',
        'main',
        '--keyring',
        other.keyring,
      );
      for (const name of readdirSync(other.dir, { recursive: true, encoding: 'utf8' }))
        if (name.endsWith('.deb')) {
          const path = join(other.dir, name);
          const bytes = readFileSync(path);
          bytes[bytes.length - 1]! ^= 1;
          writeFileSync(path, bytes);
        }
      expect((await refused('catalog', 'build', '--media', at('medium'))).code).toBe('HASH');
      expect(readdirSync(at('state', 'catalogs'))).toEqual(['1']);
    } finally {
      await other.close();
    }
    // A source that does not answer is a gap, not an end.
    const built = await host('catalog', 'build', '--media', at('medium'));
    expect(built['sites']).toMatchObject([{ gaps: [{ reason: 'FETCH_FAILED', wants: [0] }] }]);
  });

  it('lets only curators of the root sign, and signs nothing that was changed', async () => {
    await ceremony();
    const site = await introduce('plant-1');
    await sources();
    site.writeRequest(at('medium'), { wants: newer, platforms: [platform([installed('hello', '1.0-1')])] });
    const built = await host('catalog', 'build', '--media', at('medium'));
    const path = String(built['path']);
    expect((await refused('catalog', 'sign', '--key', at('keys', 'root-a.json'), path)).code).toBe('SIGNATURE');
    const inventory = readFileSync(join(path, 'inventory.jsonl'));
    writeFileSync(join(path, 'inventory.jsonl'), inventory.subarray(0, inventory.indexOf(10) + 1));
    expect((await refused('catalog', 'sign', '--key', at('keys', 'curator.json'), path)).code).toBe('HASH');
    writeFileSync(join(path, 'inventory.jsonl'), inventory);
    expect(await sign(built)).toMatchObject({ signers: 1, threshold: 1 });
    // Building again changes nothing.
    expect(await host('catalog', 'build', '--media', at('medium'))).toMatchObject({
      isNew: false,
      catalog: built['catalog'],
    });
  });

  it('shows who holds what, changes keys, and a site follows', async () => {
    await ceremony();
    const site = await introduce('plant-1');
    const shown = await host('trust', 'show');
    expect(shown).toMatchObject({ root: { version: 1 }, catalog: 1, warnings: [] });
    expect(shown['roles']).toMatchObject([
      { role: 'root', threshold: 2 },
      { role: 'targets', threshold: 1 },
      { role: 'snapshot' },
      { role: 'timestamp' },
      { role: 'fulfil' },
    ]);
    const keys = (...names: string[]) => names.map((name) => at('keys', `root-${name}.json`));
    expect((await refused('trust', 'rotate', '--sign-key', ...keys('a'))).code).toBe('SIGNATURE');
    await host(
      'trust',
      'rotate',
      ...keys('a', 'b').flatMap((path) => ['--sign-key', path]),
      ...keys('b', 'd', 'e').flatMap((path) => ['--root-key', path]),
      '--online',
      '--curator-key',
      at('keys', 'curator-2.json'),
    );
    site.writeRequest(at('medium'), {});
    const bundle = bundleOf(await host('fulfil', '--media', at('medium')));
    const verdict = await site.importBundle(String(bundle['path']));
    expect(verdict.tuf.root).toBe(2);
    expect(verdict.newRoots).toHaveLength(1);
    for (const name of readdirSync(at('keys'))) expect(statSync(at('keys', name)).mode & 0o077).toBe(0);
  });

  it('says what it needs', async () => {
    expect(await refused('trust', 'show')).toMatchObject({ code: 'NOT_FOUND', status: 1 });
    const usage = await run('fulfil', ...state());
    expect(usage).toMatchObject({ status: 2, stdout: '' });
    expect(usage.stderr).toMatch(/^Error USAGE: --media is missing\nNext: see sallyport-bundle fulfil --help/);
    const help = await run('catalog', 'build', '--help');
    expect(help).toMatchObject({ status: 0, stderr: '' });
    expect(help.stdout).toContain('Example:');
  });
});
