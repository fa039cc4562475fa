import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, volumeOf, type World } from '../../bundle-tools/test/kit.ts';
import { buildFresh } from '../support/fresh-bundle.ts';
import { repositoryRoot } from '../support/sources.ts';
import { fileFolder } from '../support/test-folder.ts';

// Anybody with Node.js 24 can look into a bundle: the packed workspace and its dependencies in an empty folder, with a
// plain node, no native code, and nothing else of this repository.

const folder = fileFolder('alone');

type Manifest = { dependencies?: Record<string, string>; optionalDependencies?: Record<string, string> };
const manifestOf = (path: string): Manifest => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest;

/** Where node finds a package from a folder of this repository. */
const placeOf = (name: string, from: string): string => {
  for (let at = from; ; at = dirname(at)) {
    const place = join(at, 'node_modules', name);
    if (existsSync(join(place, 'package.json'))) return place;
    if (at === repositoryRoot) throw new Error(`${name} is not installed`);
  }
};

/** The packages that a package needs to run, with theirs. */
const closure = (from: string, found = new Set<string>()): Set<string> => {
  for (const name of Object.keys(manifestOf(from).dependencies ?? {})) {
    const place = placeOf(name, from);
    if (found.has(place)) continue;
    found.add(place);
    closure(place, found);
  }
  return found;
};

const tools = join(folder, 'package');
const run = (...args: string[]) =>
  spawnSync(process.execPath, [join(tools, 'bin/sallyport-bundle.js'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: '/nonexistent', HOME: folder },
    timeout: 60_000,
  });
const json = (...args: string[]): Record<string, unknown> => {
  const { status, stdout, stderr } = run(...args, '--json');
  expect([status, stderr]).toEqual([0, expect.any(String)]);
  return JSON.parse(stdout) as Record<string, unknown>;
};

describe('the bundle tools alone', () => {
  let world: World;
  let bundle = '';
  const root = join(folder, '1.root.json');
  beforeAll(async () => {
    const workspace = join(repositoryRoot, 'bundle-tools');
    execFileSync('npm', ['pack', '--offline', '--ignore-scripts', '--pack-destination', folder, workspace], {
      cwd: folder,
      stdio: 'pipe',
    });
    const [packed = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    execFileSync('tar', ['--extract', '--file', join(folder, packed), '--directory', folder]);
    for (const place of closure(workspace)) {
      const target = join(tools, relative(repositoryRoot, place).replace(/^bundle-tools\//, ''));
      mkdirSync(dirname(target), { recursive: true });
      cpSync(place, target, {
        recursive: true,
        filter: (path) => path === place || !path.startsWith(join(place, 'node_modules')),
      }); // prettier-ignore
    }
    world = createWorld(['first object', Buffer.alloc(200_000, 7)]);
    const fresh = await buildFresh(world);
    writeFileSync(root, fresh.root);
    bundle = volumeOf(fresh.built);
  });
  afterAll(() => world.remove());

  it('hold no native code, no sources and no tests', () => {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    expect(files.filter((path) => path.endsWith('.node') || path.endsWith('binding.gyp'))).toEqual([]);
    const own = files.filter((path) => path.startsWith('package/') && !path.startsWith('package/node_modules/'));
    expect(own.filter((path) => /\.test\.|^package\/(?:src|test)\//.test(path))).toEqual([]);
    expect(own.length).toBeGreaterThan(50);
  });

  it('verify', () => {
    expect(json('verify', bundle, '--root', root)).toMatchObject({ verified: true, objects: 2 });
    const altered = join(folder, 'altered.tar');
    const bytes = readFileSync(bundle);
    bytes[bytes.length - 3_000] = 8;
    writeFileSync(altered, bytes);
    const { status, stderr } = run('verify', altered, '--root', root);
    expect([status, stderr]).toEqual([1, expect.stringContaining('HASH')]);
  });

  it('inspect', () => {
    expect(json('inspect', bundle)).toMatchObject({ kind: 'bundle', manifest: { site: 'plant-7' } });
    expect(json('inspect', root)).toMatchObject({ kind: 'metadata', metadata: { role: 'root', version: 1 } });
  });

  it('unpack, and verify what was unpacked', () => {
    const out = join(folder, 'out');
    json('unpack', bundle, '--dir', out);
    expect(readdirSync(join(out, 'o'))).toHaveLength(2);
    expect(json('verify', out, '--root', root)).toMatchObject({ verified: true, objects: 2 });
  });

  it('split for smaller media, and verify the portions', async () => {
    const large = createWorld([Buffer.alloc(9 * 1024 * 1024, 1), Buffer.alloc(9 * 1024 * 1024, 2), 'small']);
    try {
      const fresh = await buildFresh(large);
      const path = join(folder, 'large.root.json');
      writeFileSync(path, fresh.root);
      const out = join(folder, 'portions');
      const { folders } = json('split', volumeOf(fresh.built), '--size', '9M', '--out', out) as { folders: string[] };
      expect(folders.length).toBeGreaterThan(1);
      expect(json('verify', ...folders, '--root', path)).toMatchObject({ verified: true, objects: 3 });
    } finally {
      large.remove();
    }
  });

  it('say what they can do', () => {
    const { status, stdout } = run('--help');
    expect(status).toBe(0);
    for (const word of ['verify', 'inspect', 'unpack', 'split']) expect(stdout).toContain(word);
  });
});
