import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuiltBundle } from '../src/builder/build-bundle.ts';
import { preAuthEncoding } from '../src/documents/envelope.ts';
import { generateSigningKey } from '../src/trust/keys.ts';
import { build, createWorld, digestOf, freshDir, kitTime, makeRoot, publish, volumeOf, type World } from './kit.ts';

// Section 12: independent readers of what we write. GNU tar unpacks, python3-tuf and python3-securesystemslib verify.

const python = '/usr/bin/python3';
const hasTuf = spawnSync(python, ['-c', 'import tuf, securesystemslib']).status === 0;
if (!hasTuf) console.warn('python3-tuf is not installed: its half of the test is skipped');

let world: World;
let built: BuiltBundle;
let folder: string;
beforeAll(async () => {
  world = createWorld(['first object', '', Buffer.alloc(100_000, 'third')]);
  const keys = { ...world.keys, root: [...world.keys.root.slice(0, 2), generateSigningKey()] };
  const [root2, root3] = [makeRoot(2, keys), makeRoot(3, keys, { signers: keys.root })];
  const published = publish(keys, { version: 4, catalog: 1, inventory: world.inventory, policy: world.policy });
  built = await build(world, { tuf: { root: root3, roots: [root2, root3], ...published } });
  folder = freshDir(world, 'extracted');
  const tar = spawnSync('tar', ['--extract', '--file', volumeOf(built), '--directory', folder], { encoding: 'utf8' });
  expect(tar.stderr).toBe('');
  expect(tar.status).toBe(0);
  writeFileSync(join(folder, 'root.json'), world.root);
});
afterAll(() => world.remove());

const verify = (dir: string, time = kitTime) =>
  spawnSync(python, [join(import.meta.dirname, 'python-tuf.py'), dir, time], { encoding: 'utf8' });

describe('GNU tar', () => {
  it('lists the entries in our order and extracts objects with their digests', () => {
    const list = spawnSync('tar', ['--list', '--verbose', '--file', volumeOf(built)], { encoding: 'utf8' });
    const lines = list.stdout.trim().split('\n');
    expect(lines.map((line) => line.split(' ').at(-1))).toEqual([
      'bundle.dsse.json',
      'tuf/2.root.json',
      'tuf/3.root.json',
      'tuf/timestamp.json',
      'tuf/4.snapshot.json',
      'tuf/4.targets.json',
      'policy.json',
      'inventory.jsonl',
      ...world.lines.map(({ sha256 }) => `o/${sha256}`),
    ]);
    for (const line of lines) expect(line).toMatch(/^-rw-r--r-- 0\/0 /);
    for (const { sha256, size } of world.lines) {
      const bytes = readFileSync(join(folder, 'o', sha256));
      expect(bytes.length).toBe(size);
      expect(digestOf(bytes)).toBe(sha256);
    }
  });
});

describe.skipIf(!hasTuf)('python3-tuf', () => {
  it('follows our roots and verifies our metadata, manifest and objects', () => {
    const { stdout, stderr } = verify(folder);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      versions: { root: 3, timestamp: 4, snapshot: 4, targets: 4 },
      targets: ['catalog/1/inventory.jsonl', 'policy.json'],
      signers: [world.keys.fulfil.keyid],
      bundle_id: built.manifest.bundle_id,
      objects: 3,
    });
  });

  it('refuses what we would refuse', () => {
    expect(verify(folder, '2030-01-01T00:00:00Z').stderr).toContain('ExpiredMetadataError');
    const timestamp = readFileSync(join(folder, 'tuf/timestamp.json'), 'utf8');
    writeFileSync(join(folder, 'tuf/timestamp.json'), timestamp.replace('"version":4}', '"version":5}'));
    expect(verify(folder).stderr).toContain('timestamp was signed by 0/1 keys');
    writeFileSync(join(folder, 'tuf/timestamp.json'), timestamp);
    expect(verify(folder).status).toBe(0);
  });
});

describe('openssl', () => {
  it('verifies the manifest over the bytes that DSSE covers', () => {
    const dir = freshDir(world, 'openssl');
    const envelope = JSON.parse(Buffer.from(built.manifestBytes).toString()) as {
      payloadType: string;
      payload: string;
      signatures: { sig: string }[];
    };
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), world.keys.fulfil.publicKey]);
    writeFileSync(join(dir, 'key.der'), spki);
    writeFileSync(join(dir, 'signed'), preAuthEncoding(envelope.payloadType, Buffer.from(envelope.payload, 'base64')));
    writeFileSync(join(dir, 'sig'), Buffer.from(envelope.signatures[0]?.sig ?? '', 'base64'));
    const arguments_ = ['pkeyutl', '-verify', '-rawin', '-pubin', '-keyform', 'DER', '-inkey', 'key.der'];
    const run = spawnSync('openssl', [...arguments_, '-sigfile', 'sig', '-in', 'signed'], {
      cwd: dir,
      encoding: 'utf8',
    });
    expect(run.stdout + run.stderr).toContain('Verified Successfully');
  });
});
