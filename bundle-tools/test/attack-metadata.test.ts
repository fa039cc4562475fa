import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeInventory } from '../src/documents/inventory.ts';
import type { Manifest } from '../src/documents/manifest.ts';
import { importerVersion } from '../src/importer/bind.ts';
import { attack, attackEach, refusalOf } from './attack.ts';
import { entriesOf, joinTar, replace, resign } from './forge.ts';
import { overTargetsOf, signedOf, signRaw, withTufOf } from './forge-tuf.ts';
import {
  attempt,
  build,
  createWorld,
  digestOf,
  freshDir,
  type Published,
  policyBytes,
  publish,
  readVolumeBytes,
  writeTar,
} from './kit.ts';

// Section 9: signed documents that mean nothing or two things, and objects that are not what is signed.

const world = createWorld();
const whole = readVolumeBytes(await build(world));
const entries = entriesOf(whole);
afterAll(() => world.remove());

const codeOf = (bytes: Uint8Array): Promise<string | undefined> => refusalOf(world, writeTar(world, bytes));

const forged = (change: (manifest: Manifest) => Manifest): Buffer => resign(entries, [world.keys.fulfil], change);

const withTuf = (tuf: Partial<Published>, change?: (manifest: Manifest) => Manifest): Buffer =>
  withTufOf(world, entries, tuf, change);
const overTargets = (targets: Uint8Array): Published => overTargetsOf(world, targets);

/** Any bytes as the inventory, with hashes and signatures that fit. */
const withInventory = (inventory: Uint8Array): Buffer => {
  const tuf = publish(world.keys, { version: 1, catalog: 1, inventory, policy: world.policy });
  const bodies = {
    'tuf/timestamp.json': tuf.timestamp,
    'tuf/1.snapshot.json': tuf.snapshot,
    'tuf/1.targets.json': tuf.targets,
    'inventory.jsonl': inventory,
  };
  const size = inventory.length;
  return resign(replace(entries, bodies), [world.keys.fulfil], (manifest) => ({
    ...manifest,
    inventory: {
      ...manifest.inventory,
      size,
      packed_size: size,
      sha256: digestOf(inventory),
      lines: Buffer.from(inventory).toString('utf8').split('\n').length - 1,
    },
  }));
};

describe('metadata', () => {
  attack('lies', 'refuses targets without a usable hash, and sizes that lie', async () => {
    const signed = signedOf(world.published.targets) as { targets: Record<string, object> };
    const withPolicy = (policy: object): Buffer =>
      withTuf(
        overTargets(
          signRaw({ ...signed, targets: { ...signed.targets, 'policy.json': policy } }, [world.keys.curator]),
        ),
      );
    const { policy } = world;
    const sha256 = digestOf(policy);
    expect(await codeOf(withPolicy({ length: policy.length, hashes: {} }))).toBe('METADATA');
    expect(
      await codeOf(withPolicy({ length: policy.length, hashes: { md5: 'd41d8cd98f00b204e9800998ecf8427e' } })),
    ).toBe('METADATA');
    expect(await codeOf(withPolicy({ length: policy.length + 1, hashes: { sha256 } }))).toBe('HASH');
    expect(await codeOf(withPolicy({ length: policy.length, hashes: { sha256: digestOf('other') } }))).toBe('HASH');
    expect(await codeOf(withPolicy({ length: policy.length, hashes: { sha256 } }))).toBeUndefined();
  });

  attackEach('lies', [
    ['expires', 'never'],
    ['expires', '2027-02-30T00:00:00Z'],
    ['expires', '2027-02-01T00:00:00+00:00'],
    ['version', 0],
    ['version', -1],
    ['version', '1'],
    ['spec_version', '2.0'],
  ])('refuses %s %j', async (field, value) => {
    const timestamp = signRaw({ ...signedOf(world.published.timestamp), [field]: value }, [world.keys.timestamp]);
    expect(await codeOf(withTuf({ timestamp }))).toBe('METADATA');
  });

  attackEach('lies', ['1.5', '9007199254740992', '1e3', '01'])('refuses the version %s', async (version) => {
    const timestamp = Buffer.from(
      Buffer.from(world.published.timestamp)
        .toString('utf8')
        .replace(/"version":1}}$/, `"version":${version}}}`),
    );
    expect(timestamp).not.toEqual(Buffer.from(world.published.timestamp));
    expect(await codeOf(withTuf({ timestamp }))).toBe('METADATA');
  });

  attack('duplicates', 'refuses a key that is there twice, also where the library would see the good one', async () => {
    const text = Buffer.from(world.published.timestamp).toString('utf8');
    const twice = text.replace('"expires":', '"expires":"2099-01-01T00:00:00Z","expires":');
    expect(await codeOf(withTuf({ timestamp: Buffer.from(twice) }))).toBe('METADATA');
    const manifest = Buffer.from(entries[0]!.body).toString('utf8').replace('{', '{"payloadType":"x",');
    expect(await codeOf(joinTar(replace(entries, { 'bundle.dsse.json': Buffer.from(manifest) })))).toBe('METADATA');
  });

  attack('lies', 'refuses a delegation beside fulfil', async () => {
    const signed = signedOf(world.published.targets) as { delegations: { keys: object; roles: object[] } };
    const { delegations } = signed;
    const more = { ...delegations, roles: [...delegations.roles, { ...delegations.roles[0], name: 'evil' }] };
    const targets = signRaw({ ...signed, delegations: more }, [world.keys.curator]);
    expect(await codeOf(withTuf(overTargets(targets)))).toBe('METADATA');
  });

  attack('lies', 'refuses lists of the manifest that do not fit the inventory', async () => {
    const bit = (...bytes: number[]): string => Buffer.from(bytes).toString('base64');
    const codes = await Promise.all(
      (
        [
          (manifest) => ({ ...manifest, include: bit(1) }),
          (manifest) => ({ ...manifest, include: bit(3, 0) }),
          (manifest) => ({ ...manifest, include: bit(0x83) }),
          (manifest) => ({ ...manifest, totals: { ...manifest.totals, bytes: 24 } }),
          (manifest) => ({ ...manifest, totals: { ...manifest.totals, objects: 1 } }),
          (manifest) => ({ ...manifest, inventory: { ...manifest.inventory, lines: 3 } }),
          (manifest) => ({ ...manifest, inventory: { ...manifest.inventory, size: manifest.inventory.size + 1 } }),
          (manifest) => ({ ...manifest, inventory: { ...manifest.inventory, packed_size: 1 } }),
          (manifest) => ({ ...manifest, inventory: { ...manifest.inventory, catalog: 2 } }),
          (manifest) => ({ ...manifest, parts: [{ line: 0, part: 1, offset: 0, length: 5 }] }),
          (manifest) => ({ ...manifest, volumes: manifest.volumes.map((volume) => ({ ...volume, last: 0 })) }),
          (manifest) => ({ ...manifest, volumes: manifest.volumes.map((volume) => ({ ...volume, last: 2 })) }),
        ] satisfies ((manifest: Manifest) => Manifest)[]
      ).map((change) => codeOf(forged(change))),
    );
    expect(codes).toEqual(codes.map(() => 'METADATA'));
  });

  attack('content', 'refuses another inventory or policy than the signed one', async () => {
    const other = encodeInventory(world.lines.map((line) => ({ ...line, kind: 'document' as const })));
    const padded = Buffer.from(other).subarray(0, world.inventory.length);
    const swap = (name: string, body: Uint8Array): Buffer =>
      resign(replace(entries, { [name]: body }), [world.keys.fulfil]);
    const same = Buffer.from(world.inventory);
    same[same.indexOf('update')] = 0x55;
    expect(await codeOf(swap('inventory.jsonl', same))).toBe('HASH');
    expect(await codeOf(swap('inventory.jsonl', padded))).toBeDefined();
    expect(await codeOf(swap('policy.json', policyBytes({ grace_days: 1 })))).toBe('HASH');
  });

  attackEach('labels', [
    '../etc/passwd',
    '/etc/passwd',
    'a/../b',
    'a\\b',
    'a\u0000b',
    'a\u0007b',
    'cafe\u0301',
    '',
    'x'.repeat(513),
  ])('refuses the label %j', async (path) => {
    const line = Buffer.from(world.inventory).toString('utf8').split('\n')[0] ?? '';
    const inventory = Buffer.from(`${JSON.stringify({ ...(JSON.parse(line) as object), path })}\n`);
    expect(await codeOf(withInventory(inventory))).toBe('METADATA');
  });

  attack('labels', 'refuses two labels that differ in case or in the form of a letter only', async () => {
    const line = JSON.parse(Buffer.from(world.inventory).toString('utf8').split('\n')[0] ?? '') as object;
    for (const twins of [
      ['A', 'a'],
      ['STRASSE', 'strasse'],
      ['É', 'é'],
    ]) {
      // prettier-ignore
      const lines = twins.map((path) => `${JSON.stringify({ ...line, path })}\n`);
      expect(await codeOf(withInventory(Buffer.from(lines.join(''))))).toBe('METADATA');
    }
  });

  attack('lies', 'refuses a bundle that asks for a newer importer', async () => {
    const policy = policyBytes({ min_importer: importerVersion.replace(/\d+$/, (patch) => `${Number(patch) + 1}`) });
    const published = publish(world.keys, { version: 1, catalog: 1, inventory: world.inventory, policy });
    const built = await build(world, { policy, tuf: { root: world.root, roots: [], ...published } });
    expect(await codeOf(readVolumeBytes(built))).toBe('METADATA');
  });
});

describe('objects', () => {
  attack('content', 'refuses another content under the right name, and a file that the host has damaged', async () => {
    const [line] = world.lines;
    const swapped = replace(entries, { [`o/${line?.sha256 ?? ''}`]: Buffer.from('first 0bject') });
    expect(await codeOf(joinTar(swapped))).toBe('HASH');
    const damaged = createWorld(['sound']);
    const [only] = damaged.lines;
    writeFileSync(damaged.objectPath(only?.sha256 ?? ''), 'wrong');
    await expect(build(damaged)).rejects.toMatchObject({ code: 'HASH' });
    writeFileSync(damaged.objectPath(only?.sha256 ?? ''), 'sho');
    await expect(build(damaged)).rejects.toMatchObject({ code: 'HASH' });
    damaged.remove();
  });

  it('keeps what verified before the fault, and nothing else', async () => {
    const last = entries.at(-1);
    const path = writeTar(
      world,
      joinTar([...entries.slice(0, -1), { name: last?.name ?? '', body: Buffer.from('second 0bject') }]),
    );
    const staging = freshDir(world, 'staging');
    expect((await attempt(world, path, {}, staging)).code).toBe('HASH');
    const [first] = world.lines;
    expect(digestOf(readFileSync(join(staging, 'objects', first?.sha256 ?? '')))).toBe(first?.sha256);
    // The next medium brings it right; the first object is not needed from there, only checked.
    const again = await attempt(world, writeTar(world, whole), {}, staging);
    expect(again.verdict?.objects).toHaveLength(2);
  });
});
