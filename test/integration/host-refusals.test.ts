import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateDigest } from '@sallyport/bundle-tools/documents/request';
import { describe, expect, it } from 'vitest';
import { startAptRepository } from '../support/apt-repository.ts';
import { flags } from '../support/commands.ts';
import { bundleOf, hostBench, installed, inventoryOf, type Json, newer, platform } from './host-bench.ts';
import { type MadeSite, makeSite } from './made-site.ts';

// What a connected host must not take: foreign, replayed, changed or spoilt input. Its state stays as it was.

describe('sallyport-bundle refuses', () => {
  const { run, at, state, host, refused, ceremony, introduce, sources, sign, repository } = hostBench();

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
    expect(done.status).toBe(3);
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
    expect(await host('custody', 'verify', '--site', 'plant-1')).toMatchObject({ ok: true, receipts: { count: 4 } });
    const folder = at('state', 'sites', 'plant-1', 'receipts');
    rmSync(join(folder, readdirSync(folder).find((name) => name.startsWith('2-')) ?? ''));
    expect((await refused('custody', 'verify', '--site', 'plant-1')).code).toBe('CHAIN');
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

  it('takes nothing of a repository with a wrong signature or hash, and names it', async () => {
    await ceremony();
    const site = await introduce('plant-1');
    const other = await startAptRepository();
    const build = async (): Promise<Json> => {
      const { status, stdout, stderr } = await run('catalog', 'build', '--media', at('medium'), ...state(), '--json');
      expect(status, stderr).toBe(3);
      return JSON.parse(stdout) as Json;
    };
    try {
      await other.addSuite({ suite: 'trixie', packages: [{ name: 'hello', version: '2.0-1' }] });
      await host(
        'source',
        'add',
        'apt',
        'other',
        ...flags({ uri: other.url, suite: 'trixie', component: 'main', keyring: repository().keyring }),
      );
      site.writeRequest(at('medium'), { wants: newer, platforms: [platform([installed('hello', '1.0-1')])] });
      const forged = await build();
      expect(forged).toMatchObject({ unread: [{ source: 'other', code: 'SIGNATURE' }], updates: 0, isSigned: true });
      expect(forged['sites']).toMatchObject([{ gaps: [{ reason: 'FETCH_FAILED', wants: [0] }] }]);
      await host('source', 'remove', 'other');
      await host(
        'source',
        'add',
        'apt',
        'other',
        ...flags({ uri: other.url, suite: 'trixie', component: 'main', keyring: other.keyring }),
      );
      for (const name of readdirSync(other.dir, { recursive: true, encoding: 'utf8' }))
        if (name.endsWith('.deb')) {
          const path = join(other.dir, name);
          const bytes = readFileSync(path);
          bytes[bytes.length - 1]! ^= 1;
          writeFileSync(path, bytes);
        }
      const changed = await build();
      expect(changed).toMatchObject({ unread: [{ source: 'other', code: 'HASH' }], updates: 0, isSigned: true });
      expect(changed['sites']).toMatchObject([{ gaps: [{ reason: 'FETCH_FAILED', wants: [0] }] }]);
      expect(readdirSync(at('state', 'catalogs'))).toEqual(['1']);
    } finally {
      await other.close();
    }
    // With the repository its key went.
    const built = await build();
    expect(built['unread']).toMatchObject([{ source: 'other', code: 'NOT_FOUND' }]);
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
});
