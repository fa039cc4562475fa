import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { encodeHeader } from '@sallyport/bundle-tools/archive/header';
import { signManifest } from '@sallyport/bundle-tools/documents/manifest';
import { signSiteCard } from '@sallyport/bundle-tools/documents/site-card';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { generateSealKey, generateSigningKey } from '@sallyport/bundle-tools/trust/keys';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageBytes, sha256 } from '../../../test/support/catalog.ts';
import { makeHost, type TestHost } from '../../../test/support/host.ts';
import { labelOf, labelText, mediaMounts } from './mounts.ts';
import { mediaService } from './service.ts';
import { whileWritable, writableOf } from './writable.ts';

describe('mountinfo', () => {
  const lines = [
    '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
    '90 27 8:17 / /run/sallyport/media/COURIER-sdb1 ro,nosuid,nodev,noexec - exfat /dev/sdb1 ro,fmask=0133',
    '91 27 8:33 / /media/usb\\040stick rw,nosuid - vfat /dev/sdc1 rw,codepage=437',
    '92 27 0:50 / /mnt/share rw - nfs4 server:/x rw',
    '93 27 0:51 / /media/tmp rw - tmpfs tmpfs rw',
    '94 27 0:52 / /run/media/kim/SITE rw master:1 shared:2 - fuse.exfat-fuse /dev/sdd1 rw',
    '95 27 0:53 / /run/user/0/gvfs rw - fuse.gvfsd-fuse gvfsd-fuse rw',
    '96 27 8:49 / /media/over rw - ext4 /dev/sde1 rw',
    '97 27 0:54 / /media/over rw - tmpfs tmpfs rw',
    '98 27 8:65 / /mediator rw - vfat /dev/sdf1 rw',
    '99 27 11:0 / /mnt ro - iso9660 /dev/sr0 ro',
    'nonsense',
  ].join('\n');
  const roots = ['/run/sallyport/media', '/media/', '/run/media', '/mnt'];

  it('names what can be a medium below the roots, by its own options', () => {
    expect(mediaMounts(lines, roots)).toEqual([
      { path: '/media/usb stick', fileSystem: 'vfat', device: '/dev/sdc1', readOnly: false },
      { path: '/mnt', fileSystem: 'iso9660', device: '/dev/sr0', readOnly: true },
      { path: '/run/media/kim/SITE', fileSystem: 'fuse.exfat-fuse', device: '/dev/sdd1', readOnly: false },
      { path: '/run/sallyport/media/COURIER-sdb1', fileSystem: 'exfat', device: '/dev/sdb1', readOnly: true },
    ]);
    expect(mediaMounts(lines, ['/', ''])).toEqual([]);
    expect(mediaMounts(readFileSync('/proc/self/mountinfo', 'utf8'), ['/nowhere'])).toEqual([]);
  });

  it('takes the label from what the mount unit made of it', () => {
    const entry = {
      path: '/run/sallyport/media/COURIER-sdzz9',
      fileSystem: 'vfat',
      device: '/dev/sdzz9',
      readOnly: true,
    };
    expect(labelOf(entry)).toBe('COURIER');
    expect(labelOf({ ...entry, path: '/media/other' })).toBeUndefined();
  });

  it.each([
    ['USB\\x20STICK', 'USB STICK'],
    ['Цех\\x203', 'Цех 3'],
    ['\\xd2\\x9a\\xd0\\xb0\\xd0\\xb7', 'Қаз'],
    ['\\x87\\x80\\x82\\x8e\\x84\\x202', 'ЗАВОД 2'],
  ])('reads the label %s of udev as %s', (name, label) => {
    expect(labelText(name)).toBe(label);
  });
});

describe('media', () => {
  let dir = '';
  let host: TestHost;
  const at = (...parts: string[]): string => join(dir, ...parts);
  const imported = new Map<string, number>();
  let settings: Record<string, readonly string[]>;
  let clock = 0;

  const service = () =>
    mediaService({
      folders: (name) => settings[name] ?? [],
      exchange: {
        state: () =>
          ({ site: 'north', openRequests: [{ number: 4, requestId: 'a'.repeat(32) }] }) as unknown as ReturnType<
            Parameters<typeof mediaService>[0]['exchange']['state']
          >,
        importedWith: (id) => imported.get(id),
      },
      clock: () => clock,
    });

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'media-'));
    mkdirSync(at('medium'));
    settings = { 'exchange.media-folders': [at('medium'), at('absent'), 'relative'], 'exchange.media-roots': [] };
    host = makeHost(at('host'));
    await host.publish({
      files: [0, 1, 2].map((n) => {
        const bytes = Buffer.concat([packageBytes, Buffer.alloc(40_000 + n, n)]);
        return { path: `objects/${sha256(bytes)}`, bytes };
      }),
    });
  });
  afterEach(() => {
    imported.clear();
    rmSync(dir, { recursive: true, force: true });
  });

  const only = async () => {
    const [medium, ...rest] = await service().list();
    expect(rest).toEqual([]);
    return medium;
  };

  it('says of each thing what it is by its content, and nothing of what is hidden', async () => {
    const request = { requestId: 'a'.repeat(32), digest: 'b'.repeat(64), nonce: Buffer.alloc(32).toString('base64') };
    const answer = await host.build(at('medium'), { site: 'north', seq: 3, request });
    const other = await host.build(at('medium'), { site: 'south', seq: 9 });
    imported.set(other.bundleId, 12);
    const trust = await host.trustFile(at('medium'));
    const key = generateSigningKey();
    const card = signSiteCard(
      {
        format: 'sallyport-site-card/1',
        site: 'south',
        name: 'South',
        number: 1,
        created_at: toTime(nowMs()),
        sign_keys: [Buffer.from(key.publicKey).toString('base64')],
        sign_threshold: 1,
        seal_key: Buffer.from(generateSealKey().publicKey).toString('base64'),
        device_ca: [],
        root: { version: 1, sha256: '0'.repeat(64) },
      },
      [key],
    );
    writeFileSync(at('medium', 'card.txt'), card);
    writeFileSync(at('medium', 'question.bin'), 'SPSEAL01rest');
    writeFileSync(at('medium', 'notes.json'), '{"a":1}');
    writeFileSync(at('medium', 'holiday.tar'), '');
    writeFileSync(at('medium', '._answer.tar'), readFileSync(answer.path));
    writeFileSync(at('medium', 'torn.tar'), readFileSync(answer.path).subarray(0, 700));
    writeFileSync(at('medium', 'short.tar'), readFileSync(answer.path).subarray(0, -512));
    symlinkSync('/etc/passwd', at('medium', 'passwd'));
    mkdirSync(at('medium', 'Photos'));
    writeFileSync(at('medium', 'Photos', 'a.tar'), readFileSync(answer.path));

    const medium = await only();
    const content = medium?.content;
    expect(
      content?.bundles
        .map(({ seq, forThisSite, answers, imported: receipt }) => [seq, forThisSite, answers, receipt])
        .sort(),
    ).toEqual([
      [3, true, 4, undefined],
      [9, false, undefined, 12],
    ]);
    const found = content?.bundles.find(({ seq }) => seq === 3);
    expect(found?.here.map(({ name, n, sizeFits }) => [name, n, sizeFits])).toEqual([
      [basename(answer.path), 1, true],
      ['short.tar', undefined, false],
    ]);
    expect(content?.trustFiles.map(({ here }) => here[0]?.path)).toEqual([trust]);
    expect(content?.siteCards.map(({ name }) => name)).toEqual(['card.txt']);
    expect(content?.requests.map(({ name }) => name)).toEqual(['question.bin']);
    expect(content?.damaged).toMatchObject([{ name: 'torn.tar', code: 'TRUNCATED' }]);
    expect(content?.unknown.map(({ name }) => name)).toEqual(['holiday.tar', 'notes.json']);
    expect(content?.isComplete).toBe(true);
    expect(medium?.freeBytes).toBeGreaterThan(0);
  });

  it('puts volumes of one bundle together and says which are missing', async () => {
    const { manifest } = await host.build(at('out'), { site: 'north', seq: 1 });
    const volumes = [1, 2, 3, 4].map((n) => ({
      n,
      bytes: n === 4 ? 90_112 : 81_920 + 512 * (n % 2),
      first: 1,
      last: 0,
    }));
    const head = Buffer.from(signManifest({ ...manifest, volumes }, [host.keys.fulfil]));
    const put = (name: string, bytes: number): void =>
      writeFileSync(
        at('medium', name),
        Buffer.concat([encodeHeader('bundle.dsse.json', head.length), head, Buffer.alloc(bytes - 512 - head.length)]),
      );
    // The first and the third have one size: only there the name counts.
    put('x-3of4.tar', 82_432);
    put('any.tar', 90_112);
    put('x-2of4.tar', 82_432);
    expect((await only())?.content?.bundles).toMatchObject([
      { volumes: 4, missing: [], here: [{ n: 3 }, { n: 4 }, { name: 'x-2of4.tar' }] },
    ]);
    rmSync(at('medium', 'x-2of4.tar'));
    expect((await only())?.content?.bundles).toMatchObject([
      { volumes: 4, missing: [1, 2], here: [{ n: 3 }, { n: 4 }] },
    ]);
  });

  it('gives up on a medium that is too much, and on one that cannot be read', async () => {
    for (let n = 0; n < 1_100; n += 1) writeFileSync(at('medium', `f${n}`), '');
    expect((await only())?.content?.isComplete).toBe(false);
    const media = service();
    expect(media.mounts().map(({ path }) => path)).toEqual([at('medium'), at('absent')]);
    rmSync(at('medium'), { recursive: true });
    writeFileSync(at('medium'), '');
    expect(await media.list()).toEqual([]);
  });

  it('asks a medium once for everybody who looks within a few seconds', async () => {
    const media = service();
    const [first, second] = await Promise.all([media.list(), media.list()]);
    expect(first).toEqual(second);
    writeFileSync(at('medium', 'question.bin'), 'SPSEAL01rest');
    expect((await media.list())[0]?.content?.requests).toEqual([]);
    clock += 5_000;
    expect((await media.list())[0]?.content?.requests).toHaveLength(1);
  });
});

describe('writing to a medium that is mounted read-only', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'media-write-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('asks by a file, works while it is writable, and takes the file away also after a failure', async () => {
    const requests = { mediaDir: dir, requestsDir: join(dir, 'write') };
    mkdirSync(requests.requestsDir);
    const mount = { path: join(dir, 'X-sdq1'), device: '/dev/sdq1', readOnly: true, fileSystem: 'vfat' };
    expect(writableOf(mount, requests)).toBe('on-request');
    expect(writableOf({ ...mount, fileSystem: 'iso9660' }, requests)).toBe('no');
    expect(writableOf({ ...mount, path: '/media/x' }, requests)).toBe('no');
    expect(writableOf({ ...mount, readOnly: false, path: '/media/x' }, requests)).toBe('yes');
    // What the unit of the system does: writable while the file is there.
    const flag = join(requests.requestsDir, 'sdq1');
    const isReadOnly = (): boolean => !existsSync(flag);
    expect(await whileWritable(mount, requests, isReadOnly, () => existsSync(flag))).toBe(true);
    await expect(
      whileWritable(mount, requests, isReadOnly, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        throw new Error('pulled');
      }),
    ).rejects.toThrow('pulled');
    expect(existsSync(flag)).toBe(false);
  });
});
