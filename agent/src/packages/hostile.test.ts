import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectors, collectSections, type Section } from '../collectors/all.ts';
import { noMemory } from '../collectors/collector.ts';
import { rootFiles } from '../platform/root-files.ts';
import { looksBeside } from './beside.ts';

// What somebody may put where packages beside the system's own lie, and what the agent, which reads it as root, makes of it.

let root: string;
const at = (path: string): string => join(root, path);
const put = (path: string, text: string): void => {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
};
const npm = 'usr/local/lib/node_modules';
const python = 'usr/local/lib/python3.13/dist-packages';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sallyport-hostile-'));
  put('etc/os-release', 'ID=debian\nVERSION_ID="13"\n');
  put('var/lib/dpkg/status', 'Package: bash\nStatus: install ok installed\nVersion: 5.2\nArchitecture: amd64\n');
  put(`${npm}/lodash/package.json`, '{"name":"lodash","version":"4.17.20"}');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const chosen = collectors.filter(({ collection }) => ['platform', 'software'].includes(collection));
const read = (): Promise<Section[]> =>
  collectSections({ files: rootFiles(root), memory: noMemory, clock: () => 0 }, { chosen });
/** What is read of the system, of lodash, and the kinds that are said not to be read whole. */
const found = async (): Promise<{ names: string[]; unread: string[] }> => {
  const [platform, software] = await read();
  const names = (software?.items ?? [])
    .map(({ name }) => String(name))
    .filter((name) => /^(?:bash|lodash)$/.test(name));
  const kinds = (platform?.items[0]?.['packageKinds'] ?? []) as string[];
  return { names, unread: kinds.filter((kind) => kind.includes(':')) };
};
const bothAnd = (...unread: string[]) => ({ names: ['bash', 'lodash'], unread });

describe('a place for packages with something else in it', () => {
  it('is not waited for where that is a fifo', async () => {
    mkdirSync(at(`${npm}/pipe`));
    mkdirSync(at(`${python}/pipe-1.dist-info`), { recursive: true });
    for (const path of [`${npm}/pipe/package.json`, `${python}/pipe-1.dist-info/METADATA`])
      execFileSync('mkfifo', [at(path)]);
    expect(await found()).toEqual(bothAnd('npm: not read', 'python: not read'));
  });

  it('is not read where it leads to a device, and goes round no circle', async () => {
    for (const [name, to] of [
      ['zero', '/dev/zero'],
      ['null', '/dev/null'],
      ['loop', 'package.json'],
    ] as const) {
      mkdirSync(at(`${npm}/${name}`));
      symlinkSync(to, at(`${npm}/${name}/package.json`));
    }
    symlinkSync('.', at(`${npm}/@again`));
    expect(await found()).toEqual(bothAnd('npm: not read'));
  });

  it('holds nothing else up where a path is longer than one may be', async () => {
    const [long, scope] = ['x'.repeat(255), `@${'s'.repeat(254)}`];
    // Each step is entered, since the whole path cannot be named.
    const script = `cd "$1" && for n in 1 2 3 4 5 6 7 8 9 10; do mkdir ${long} && cd -P ${long} && echo '{"name":"deep","version":"1"}' >package.json && mkdir -p node_modules/${scope} && cd -P node_modules/${scope} || exit 1; done`;
    mkdirSync(at(`${npm}/@s`));
    execFileSync('bash', ['-c', script, 'bash', at(`${npm}/@s`)]);
    expect(await found()).toEqual(bothAnd('npm: not read'));
  });

  it('holds nothing else up by its names, versions and times', async () => {
    const manifests = [
      { name: `${'n'.repeat(255)}\u{1f600}`, version: '1' },
      { name: 'й'.repeat(200), version: '1' },
      { name: '\u0000\u001f', version: '1' },
      { name: 'lone', version: '\ud800' },
    ];
    manifests.forEach((manifest, n) => {
      put(`${npm}/p${n}/package.json`, JSON.stringify(manifest));
    });
    put(`${npm}/late/package.json`, '{"name":"late","version":"1"}');
    utimesSync(at(`${npm}/late/package.json`), 1e12, 1e12);
    const images = { Repositories: { a: { 'a:1': { toString: 1 }, '': 'a'.repeat(64) } } };
    put('var/lib/docker/image/overlay2/repositories.json', JSON.stringify(images));
    expect(await found()).toMatchObject({ names: ['bash', 'lodash'] });
    const [, software] = await read();
    for (const one of software?.items ?? []) {
      expect(String(one['name']).isWellFormed() && one['name'] !== undefined).toBe(true);
      expect(String(one['purl'] ?? '').length).toBeLessThanOrEqual(512);
      expect(String(one['installedAt'] ?? '1970-01-01T00:00:00Z')).toMatch(/^\d{4}-\d\d-\d\dT/);
    }
  });

  it('leaves room in the section for the packages of the system', async () => {
    for (let n = 0; n < 12_100; n += 1) {
      mkdirSync(at(`${npm}/p${n}`));
      writeFileSync(at(`${npm}/p${n}/package.json`), `{"name":"p${n}","version":"1"}`);
    }
    const looks = await looksBeside(rootFiles(root), () => 0);
    expect(looks.get('npm')?.items.length).toBeLessThanOrEqual(6_000);
    expect(looks.get('npm')?.isWhole).toBe(false);
  });

  it('is not read on where a folder has more names than may be read', async () => {
    mkdirSync(at('usr/local/lib/many'), { recursive: true });
    for (let n = 0; n < 100; n += 1) writeFileSync(at(`usr/local/lib/many/${n}`), '');
    for (const name of ['a', 'b', 'c']) symlinkSync(at('usr/local/lib/many'), at(`${npm}/@${name}`));
    const looks = await looksBeside(rootFiles(root), () => 0, { reads: 250, bytes: 1e9, ms: 1e9 });
    expect(looks.get('npm')?.isWhole).toBe(false);
    expect(rootFiles(root).entries('usr/local/lib/many', 10)).toMatchObject({ isWhole: false });
    expect(rootFiles(root).entries('usr/local/lib/many', 100)).toMatchObject({ isWhole: true });
  });

  it('is looked at once for what is listed and what is told of it', async () => {
    let now = 0;
    // It runs out in the first look at every kind, and in no later one.
    const clock = (): number => (now += now < 400_000 ? 40_000 : 0);
    const [platform, software] = await collectSections({ files: rootFiles(root), memory: noMemory, clock }, { chosen });
    const isListed = (software?.items ?? []).some(({ name }) => name === 'lodash');
    const isWhole = (platform?.items ?? []).some(({ packageKinds }) => (packageKinds as string[]).includes('npm'));
    expect(isListed).toBe(isWhole);
  });
});
