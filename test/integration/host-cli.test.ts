import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseUpdates } from '@sallyport/bundle-tools/updates/update';
import { describe, expect, it } from 'vitest';
import { flags, tryCommand } from '../support/commands.ts';
import { bundleOf, hostBench, installed, inventoryOf, type Json, newer, osv, platform } from './host-bench.ts';

// The connected host, driven through its built command line: ceremony, introduction, catalog, bundle, and a site that imports
// with the real importer.

describe('sallyport-bundle', () => {
  const { run, at, state, host, refused, ceremony, introduce, sources, sign, repository, asking } = hostBench();

  it('goes round: build, sign, fulfil, import, and the next time only what is new', async () => {
    const site = await asking();

    const built = await host('catalog', 'build', '--media', at('medium'));
    expect(built).toMatchObject({
      isNew: true,
      isSigned: false,
      updates: 3,
      sites: [{ site: 'plant-1', updates: 3, gaps: [] }],
    });
    const diff = readFileSync(join(String(built['path']), 'diff.txt'), 'utf8');
    expect(diff).toContain('+ hello 1.0-1+deb13u1 all security');
    expect(diff).toContain(`openpgp:${repository().key.fingerprint}: 3 updates`);
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
        { kind: 'firmware', id: 'controller' },
        { kind: 'object', id: 'f'.repeat(64) },
        { kind: 'update', id: 'Debian:13/hello', min: '9.9-1' },
        { kind: 'product', id: 'scada' },
        { kind: 'suite', id: '0/sid' },
        { kind: 'suite', id: '7/sid' },
      ],
      platforms: [platform([installed('hello', '0.9-1')], ['sid'])],
    });
    const fulfilled = await host('fulfil', '--media', at('medium'), '--curator-key', at('keys', 'curator.json'));
    expect(bundleOf(fulfilled)['unfulfilled']).toEqual([
      { reason: 'NO_SOURCE', wants: [0, 2, 3, 5, 6, 7] },
      { reason: 'UNKNOWN', wants: [4, 8] },
    ]);
    expect((await site.importBundle(String(bundleOf(fulfilled)['path']))).unfulfilled).toHaveLength(2);
  });

  it('needs every curator of the threshold, and takes what is signed while more is being built', async () => {
    const curators = ['c1', 'c2'].flatMap((name) => ['--curator-key', at('keys', `${name}.json`)]);
    await host(
      'trust',
      'init',
      ...['a', 'b', 'c'].flatMap((name) => ['--root-key', at('keys', `root-${name}.json`)]),
      ...curators,
      ...flags({ 'curator-threshold': '2' }),
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
      ...flags({ key: at('keys', 'c2.json'), previous: at('state', 'catalogs', '1') }),
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
    expect(await host('custody', 'verify', '--site', 'plant-1')).toMatchObject({
      ways: [{ sha256: bundle['sha256'], lines: [{ step: 'fulfil', person: 7, sha256: bundle['sha256'] }] }],
    });

    const bytes = readFileSync(path);
    bytes[bytes.length - 3000]! ^= 1;
    writeFileSync(at('altered.tar'), bytes);
    expect((await run('verify', at('altered.tar'), '--root', at('trust.tar'))).status).toBe(1);
    const other = at('other');
    await run(
      'trust',
      'init',
      ...flags({ 'root-key': at('keys', 'x.json'), 'curator-key': at('keys', 'y.json'), state: other }),
    );
    const foreign = await run('verify', path, '--state', other);
    expect(foreign.stderr).toMatch(/^Error (SIGNATURE|ROOT_CHAIN|MIX|METADATA): /m);
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
    // The ends of support of releases, from the public list.
    mkdirSync(at('support'), { recursive: true });
    writeFileSync(
      at('support', 'products.json'),
      JSON.stringify({
        result: [{ name: 'debian', releases: [{ name: '11', eolFrom: '2024-08-14', eoesFrom: '2026-08-31' }] }],
      }),
    );
    await host('source', 'add', 'support', 'end-of-support', at('support', 'products.json'));
    expect(await host('source', 'sync', 'end-of-support')).toMatchObject({
      sources: [{ name: 'end-of-support', rejected: 0 }],
    });
    await host('source', 'remove', 'end-of-support');
    // The few records of a small source are all that there are, as the curator says and takes back.
    mkdirSync(at('small'), { recursive: true });
    const affected = [{ package: { ecosystem: 'Debian:13', name: 'scada' }, versions: ['1.0'] }];
    const record = { id: 'SMALL-1', modified: '2026-01-01T00:00:00Z', summary: '', affected };
    writeFileSync(at('small', 'SMALL-1.json'), JSON.stringify(record));
    await host('source', 'add', 'osv', 'small', at('small'));
    await host('source', 'sync', 'small');
    expect(await host('source', 'whole', 'Debian:13')).toEqual({ whole: ['Debian:13'] });
    expect(await host('source', 'whole', 'Debian:13', '--not')).toEqual({ whole: [] });
    await host('source', 'remove', 'small');
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
      ...flags({ 'curator-key': at('keys', 'curator-2.json') }),
    );
    site.writeRequest(at('medium'), {});
    const bundle = bundleOf(await host('fulfil', '--media', at('medium')));
    const verdict = await site.importBundle(String(bundle['path']));
    expect(verdict.tuf.root).toBe(2);
    expect(verdict.newRoots).toHaveLength(1);
    for (const name of readdirSync(at('keys'))) expect(statSync(at('keys', name)).mode & 0o077).toBe(0);
  });

  it("takes this computer's own apt sources under one name", async () => {
    await ceremony();
    const key = readFileSync(repository().keyring, 'utf8').trim().split('\n');
    mkdirSync(at('root', 'etc/apt/sources.list.d'), { recursive: true });
    writeFileSync(
      at('root', 'etc/apt/sources.list.d/a.sources'),
      ['trixie', 'trixie-security']
        .map((suite) =>
          [
            'Types: deb',
            `URIs: ${repository().url}`,
            `Suites: ${suite}`,
            'Components: main',
            'Signed-By:',
            ...key.map((line) => ` ${line || '.'}`),
          ].join('\n'),
        )
        .join('\n\n'),
    );
    const system = ['source', 'add', 'apt', 'own', '--system', '--apt-root', at('root')];
    expect(await host(...system)).toMatchObject({ added: [{ name: 'own' }, { name: 'own-2', group: 'own' }] });
    expect(await host(...system)).toEqual({ added: [] });
    expect(await host('source', 'sync', 'own')).toMatchObject({ sources: [{ name: 'own' }, { name: 'own-2' }] });
    expect(await host('source', 'remove', 'own')).toEqual({ removed: ['own', 'own-2'] });
    expect((await refused('source', 'remove', 'own')).code).toBe('NOT_FOUND');
    expect((await refused('source', 'add', 'osv', 'suites', at('osv'))).code).toBe('SOURCE_INVALID');
    expect((await refused('source', 'add', 'apt', 'x', '--uri', 'ftp://x')).code).toBe('SOURCE_INVALID');
  });

  it('says what it needs', async () => {
    // Each of these is started, as a person does it.
    const started = (...args: string[]) => tryCommand('sallyport-bundle', args);
    const none = await started('trust', 'show', ...state());
    expect(none).toMatchObject({ status: 1, stdout: '' });
    expect(none.stderr).toMatch(/^Error NOT_FOUND: /m);
    const usage = await started('fulfil', ...state());
    expect(usage).toMatchObject({ status: 2, stdout: '' });
    expect(usage.stderr).toMatch(/^Error USAGE: --media is missing\nNext: see sallyport-bundle fulfil --help/);
    const help = await started('catalog', 'build', '--help');
    expect(help).toMatchObject({ status: 0, stderr: '' });
    expect(help.stdout).toContain('Example:');
  });
});
