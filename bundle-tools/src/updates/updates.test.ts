import { createHash } from 'node:crypto';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { ownFolder } from '../../../test/support/test-folder.ts';
import { updateSample } from '../../test/samples.ts';
import type { RequestPlatform } from '../documents/request.ts';
import { installSet } from './install-set.ts';
import { filesSource } from './sources/files.ts';
import { encodeUpdates, parseUpdates, type Update } from './update.ts';

const idOf = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 32);

const update = (name: string, version: string, more: Partial<Update> = {}): Update =>
  updateSample(name, version, { id: idOf(`${name}${version}`), ...more });

describe('updates.jsonl', () => {
  test('comes back as it was, sorted by id, whatever the order', () => {
    const updates = ['a', 'b', 'c'].map((name) => update(name, '1'));
    const bytes = encodeUpdates(updates);
    expect(encodeUpdates([...updates].reverse())).toEqual(bytes);
    expect(parseUpdates(bytes)).toEqual([...updates].sort((a, b) => (a.id < b.id ? -1 : 1)));
    expect(parseUpdates(new Uint8Array(0))).toEqual([]);
  });

  test('refuses what is cut, out of order, double, unknown or without its dependency', () => {
    const lines = Buffer.from(encodeUpdates(['a', 'b'].map((name) => update(name, '1'))))
      .toString()
      .trimEnd()
      .split('\n');
    const [first, second] = [lines[0] ?? '', lines[1] ?? ''];
    const refused = (text: string | Uint8Array) => {
      try {
        parseUpdates(typeof text === 'string' ? Buffer.from(text) : text);
        return 'accepted';
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(refused(`${first}\n${second}\n`)).toBe('accepted');
    expect(refused(`${first}\n${second}`)).toBe('METADATA');
    expect(refused(`${second}\n${first}\n`)).toBe('METADATA');
    expect(refused(`${first}\n${first}\n`)).toBe('METADATA');
    expect(refused(`${first.replace('"arch"', '"extra":1,"arch"')}\n`)).toBe('METADATA');
    expect(refused(`${first.replace('"depends":[]', `"depends":["${'0'.repeat(32)}"]`)}\n`)).toBe('METADATA');
    expect(refused(Uint8Array.from([0xff, 0x0a]))).toBe('METADATA');
    expect(() => encodeUpdates([update('a', '1'), update('a', '1')])).toThrow();
  });
});

describe('what one device needs', () => {
  const library = update('libssl3', '3.1', { source: 'openssl', source_version: '3.1' });
  const tool = update('openssl', '3.1', { source: 'openssl', source_version: '3.1', depends: [library.id] });
  const dev = update('libssl-dev', '3.1', { source: 'openssl', source_version: '3.1', depends: [library.id] });
  const [chicken, egg] = [
    update('chicken', '1', { depends: [idOf('egg1')] }),
    update('egg', '1', { depends: [idOf('chicken1')] }),
  ];
  const updates = new Map([library, tool, dev, chicken, egg].map((one) => [one.id, one]));

  test('dependencies come first, what is there already is left out', () => {
    expect(
      installSet({
        updates,
        ids: [tool.id],
        installed: new Map([
          ['openssl', '3.0'],
          ['libssl3', '3.0'],
        ]),
      }),
    ).toEqual([library.id, tool.id]);
    expect(
      installSet({
        updates,
        ids: [tool.id],
        installed: new Map([
          ['openssl', '3.0'],
          ['libssl3', '3.1'],
        ]),
      }),
    ).toEqual([tool.id]);
    expect(installSet({ updates, ids: [tool.id], installed: new Map([['openssl', '3.2']]) })).toEqual([]);
    expect(installSet({ updates, ids: [tool.id], installed: new Map() })).toEqual([library.id, tool.id]);
  });

  test('an installed package of the same source moves in lockstep', () => {
    const installed = new Map([
      ['libssl3', '3.0'],
      ['libssl-dev', '3.0'],
    ]);
    expect(installSet({ updates, ids: [library.id], installed })).toEqual([library.id, dev.id]);
  });

  test('a circle ends; an unknown id is refused', () => {
    expect(installSet({ updates, ids: [chicken.id], installed: new Map() }).sort()).toEqual(
      [chicken.id, egg.id].sort(),
    );
    expect(() => installSet({ updates, ids: ['0'.repeat(32)], installed: new Map() })).toThrow(/no update/);
  });
});

describe('a folder of vendor files', () => {
  let folder: string;
  beforeEach(() => {
    folder = ownFolder('vendor');
  });

  const put = (name: string, content: string, sidecar: object): string => {
    const sha256 = createHash('sha256').update(content).digest('hex');
    writeFileSync(join(folder, name), content);
    writeFileSync(join(folder, `${name}.sallyport.json`), JSON.stringify({ sha256, ...sidecar }));
    return sha256;
  };
  const platform: RequestPlatform = {
    vendor: 'debian',
    release: '13',
    arch: 'amd64',
    suites: ['trixie'],
    packages: [{ name: 'agent', version: '1.0', source: 'agent', source_version: '1.0', all: 1 }],
  };

  test('gives what is newer than an installed version, and what was asked for', () => {
    const digest = put('agent.deb', 'agent 1.1', {
      product: 'agent',
      version: '1.1',
      appliesTo: { vendor: 'debian', release: '13', arch: 'amd64' },
      licence: 'be nice',
    });
    put('old.deb', 'agent 0.9', { product: 'agent', version: '0.9', appliesTo: { vendor: 'debian' } });
    put('viewer.zip', 'viewer 2', {
      product: 'viewer',
      version: '2.0',
      appliesTo: { purl: 'pkg:generic/acme/viewer' },
    });
    put('fw.bin', 'other', { product: 'other', version: '1', appliesTo: { vendor: 'siemens' } });
    const source = filesSource({ folder });
    const plan = source.plan({
      platforms: [platform],
      software: ['pkg:generic/acme/viewer@1.0'],
      wants: [
        { position: 4, product: 'agent', min: '1.1' },
        { position: 5, product: 'other' },
      ],
    });
    expect(
      plan.updates.map(({ update: one, wants }) => [one.name, one.version, one.ecosystem, one.signer, wants]),
    ).toEqual([
      ['agent', '1.1', 'Debian:13', 'sidecar', [4]],
      ['viewer', '2.0', 'files', 'sidecar', []],
    ]);
    expect(plan.updates[0]).toMatchObject({
      files: [{ sha256: digest, name: 'agent.deb' }],
      update: { licence: plan.licences[0]?.sha256 },
    });
    expect(plan.updates[1]?.update.purl).toBe('pkg:generic/acme/viewer@2.0');
    expect(plan.unfulfilled).toMatchObject([{ reason: 'NO_SOURCE', wants: [5] }]);
    expect(parseUpdates(encodeUpdates(plan.updates.map((one) => one.update)))).toHaveLength(2);
  });

  test('keeps two streams of one module apart, and leaves out a build that names none', () => {
    const alma = (module?: string) => ({
      vendor: 'almalinux',
      release: '8.10',
      ...(module === undefined ? {} : { module }),
    });
    const [of18, of20] = ['18.2.0-1.module_el8.9.0+2+bb', '20.1.0-1.module_el8.9.0+3+cc'];
    put('a.rpm', 'a', { product: 'nodejs', version: of18, appliesTo: alma('nodejs:18') });
    put('b.rpm', 'b', { product: 'nodejs', version: of20, appliesTo: alma('nodejs:20') });
    put('c.rpm', 'c', { product: 'nodejs', version: '22.1.0-1.module_el8.9.0+4+dd', appliesTo: alma() });
    const ask = (name: string, source: string, min: string) =>
      filesSource({ folder }).plan({
        platforms: [
          {
            ...platform,
            vendor: 'almalinux',
            release: '8.10',
            packages: [{ name, version: '18.1.0-1.module_el8.9.0+1+aa', source: 'nodejs', source_version: '', all: 1 }],
          },
        ],
        software: [],
        wants: [],
        updates: [{ position: 7, ecosystem: 'AlmaLinux:8', source, min }],
      }).updates;
    expect(
      ask('nodejs:18/nodejs', 'nodejs:18/nodejs', of18).map(({ update: one, wants }) => [one.source, wants]),
    ).toEqual([['nodejs:18/nodejs', [7]]]);
    // Of a fix above what is offered nothing is answered, and another stream answers no want of this one.
    expect(ask('nodejs:18/nodejs', 'nodejs:18/nodejs', '18.9-1')[0]?.wants).toEqual([]);
    expect(ask('nodejs:20/nodejs', 'nodejs:18/nodejs', of18).map(({ wants }) => wants)).toEqual([[]]);
    // A host that names no stream gets none.
    expect(ask('nodejs', 'nodejs', of18)).toEqual([]);
    expect(filesSource({ folder }).scan().rejected).toMatchObject([{ file: 'c.rpm', reason: 'SIDECAR' }]);
  });

  test('rejects a file that is not what its sidecar says', () => {
    put('changed.bin', 'good', { product: 'changed', version: '1', appliesTo: { vendor: 'debian' } });
    writeFileSync(join(folder, 'changed.bin'), 'evil');
    writeFileSync(
      join(folder, 'absent.bin.sallyport.json'),
      JSON.stringify({ product: 'absent', version: '1', sha256: '0'.repeat(64), appliesTo: { vendor: 'debian' } }),
    );
    put('broken.bin', 'x', { product: 'broken' });
    put('link.bin', 'x', { product: 'link', version: '1', appliesTo: { vendor: 'debian' } });
    rmSync(join(folder, 'link.bin'));
    symlinkSync('/etc/hostname', join(folder, 'link.bin'));
    writeFileSync(join(folder, 'lonely.bin'), 'no sidecar');
    const { offers, rejected } = filesSource({ folder }).scan();
    expect(offers).toEqual([]);
    expect(rejected.map(({ file, reason }) => [file, reason])).toEqual([
      ['absent.bin', 'MISSING'],
      ['broken.bin', 'SIDECAR'],
      ['changed.bin', 'HASH'],
      ['link.bin', 'MISSING'],
    ]);
    const plan = filesSource({ folder }).plan({
      platforms: [platform],
      software: [],
      wants: [{ position: 0, product: 'changed' }],
    });
    expect(plan).toMatchObject({ updates: [], unfulfilled: [{ reason: 'FETCH_FAILED', wants: [0], what: 'changed' }] });
    expect(() => filesSource({ folder: join(folder, 'none') }).scan()).toThrow(/no folder/);
  });
});
