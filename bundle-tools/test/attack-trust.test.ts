import { afterAll, describe, expect, it } from 'vitest';
import { canonicalJson } from '../src/documents/canonical-json.ts';
import { encodeInventory } from '../src/documents/inventory.ts';
import type { Manifest } from '../src/documents/manifest.ts';
import type { ImportContext } from '../src/importer/context.ts';
import { generateSigningKey, keyidOf, tufKeyOf } from '../src/trust/keys.ts';
import { buildSnapshot, buildTimestamp, signMetadata } from '../src/trust/repository.ts';
import { attack, refusalOf } from './attack.ts';
import { entriesOf, joinTar, resign } from './forge.ts';
import { overTargetsOf, signedOf, signRaw, withTufOf } from './forge-tuf.ts';
import {
  attempt,
  build,
  createKeys,
  createWorld,
  digestOf,
  hexId,
  makeRoot,
  nonceOf,
  type Published,
  policyBytes,
  publish,
  readVolumeBytes,
  request,
  writeTar,
} from './kit.ts';

// Section 9: what a thief of one key, an old medium or a wrong clock can try.

const world = createWorld();
const whole = readVolumeBytes(await build(world));
const entries = entriesOf(whole);
afterAll(() => world.remove());

const codeOf = (bytes: Uint8Array, changes: Partial<ImportContext> = {}): Promise<string | undefined> =>
  refusalOf(world, writeTar(world, bytes), changes);

const forged = (change: (manifest: Manifest) => Manifest): Buffer => resign(entries, [world.keys.fulfil], change);

const withTuf = (tuf: Partial<Published>, change?: (manifest: Manifest) => Manifest): Buffer =>
  withTufOf(world, entries, tuf, change);
const overTargets = (targets: Uint8Array): Published => overTargetsOf(world, targets);

describe('addressee', () => {
  attack('site', 'refuses the bundle of another site', async () => {
    expect(await codeOf(whole, { site: 'plant-8' })).toBe('WRONG_SITE');
  });

  attack('nonce', 'refuses an answer to another request, nonce or digest', async () => {
    const open = (change: Partial<ImportContext['openRequests'][number]>) => ({
      openRequests: [{ ...request, number: 1, floor: '2026-05-01T00:00:00Z', ...change }],
    });
    expect(await codeOf(whole, { openRequests: [] })).toBe('NONCE');
    expect(await codeOf(whole, open({ requestId: hexId(2) }))).toBe('NONCE');
    expect(await codeOf(whole, open({ nonce: nonceOf(2) }))).toBe('NONCE');
    expect(await codeOf(whole, open({ digest: digestOf('another') }))).toBe('NONCE');
  });

  attack('nonce', 'takes a broadcast only where it is allowed', async () => {
    const { request_id: _id, request_digest: _digest, nonce: _nonce, ...rest } = (await build(world)).manifest;
    const broadcast = forged((manifest) => ({ ...rest, site: '*', volumes: manifest.volumes }));
    expect(await codeOf(broadcast)).toBe('NONCE');
    expect((await attempt(world, writeTar(world, broadcast), { broadcastAllowed: true })).verdict?.broadcast).toBe(
      true,
    );
    expect(await codeOf(broadcast, { broadcastAllowed: true, seqBroadcast: 1 })).toBe('ROLLBACK');
    const unasked = forged((manifest) => ({ ...rest, volumes: manifest.volumes }));
    expect(await codeOf(unasked)).toBe('NONCE');
  });
});

describe('replay and rollback', () => {
  attack('rollback', 'refuses an older or equal number', async () => {
    expect(await codeOf(whole, { seq: 1 })).toBe('ROLLBACK');
    expect(await codeOf(whole, { seq: 7 })).toBe('ROLLBACK');
    expect(await codeOf(whole, { seqBroadcast: 7 })).toBeUndefined();
  });

  const heldAt = (published: Published): Partial<ImportContext> => ({
    trust: {
      root: Buffer.from(world.root).toString('base64'),
      timestamp: Buffer.from(published.timestamp).toString('base64'),
      snapshot: Buffer.from(published.snapshot).toString('base64'),
      targets: Buffer.from(published.targets).toString('base64'),
    },
  });

  const newer = (): Published =>
    publish(world.keys, { version: 2, catalog: 1, inventory: world.inventory, policy: world.policy });

  attack('rollback', 'refuses older TUF metadata', async () => {
    expect(await codeOf(whole, heldAt(newer()))).toBe('ROLLBACK');
  });

  attack('rollback', 'refuses an older snapshot or older targets under a newer timestamp', async () => {
    const held = newer();
    const { targets, snapshot } = world.published;
    const timestamp = signMetadata(buildTimestamp({ version: 3, expires: '2026-08-01T00:00:00Z', snapshot }), [
      world.keys.timestamp,
    ]);
    const tuf = { root: 1, timestamp: 3, snapshot: 1, targets: 1 };
    expect(
      await codeOf(
        withTuf({ timestamp }, (manifest) => ({ ...manifest, tuf })),
        heldAt(held),
      ),
    ).toBe('ROLLBACK');
    const snapshot3 = signMetadata(buildSnapshot({ version: 3, expires: '2027-04-01T00:00:00Z', targets }), [
      world.keys.snapshot,
    ]);
    const timestamp3 = signMetadata(
      buildTimestamp({ version: 3, expires: '2026-08-01T00:00:00Z', snapshot: snapshot3 }),
      [world.keys.timestamp],
    );
    const volume = resign(
      entries.map((entry) => {
        if (entry.name === 'tuf/timestamp.json') return { name: entry.name, body: timestamp3 };
        return entry.name === 'tuf/1.snapshot.json' ? { name: 'tuf/3.snapshot.json', body: snapshot3 } : entry;
      }),
      [world.keys.fulfil],
      (manifest) => ({ ...manifest, tuf: { root: 1, timestamp: 3, snapshot: 3, targets: 1 } }),
    );
    expect(await codeOf(volume, heldAt(held))).toBe('ROLLBACK');
  });

  it('takes lower versions after the keys of snapshot and timestamp were changed', async () => {
    const next = createKeys();
    const keys = { ...world.keys, snapshot: next.snapshot, timestamp: next.timestamp };
    const root = makeRoot(2, keys);
    const built = await build(world, {
      tuf: {
        root,
        roots: [root],
        ...publish(keys, { version: 1, catalog: 1, inventory: world.inventory, policy: world.policy }),
      },
    });
    const burnt = publish(world.keys, { version: 900, catalog: 1, inventory: world.inventory, policy: world.policy });
    const { verdict } = await attempt(world, writeTar(world, readVolumeBytes(built)), {
      trust: { ...heldAt(burnt).trust, root: Buffer.from(world.root).toString('base64') },
    });
    expect(verdict?.tuf).toEqual({ root: 2, timestamp: 1, snapshot: 1, targets: 1 });
    expect(verdict?.newRoots.map(({ version }) => version)).toEqual([2]);
  });

  attack('replay', 'says ALREADY_IMPORTED of an old bundle even after a newer one', async () => {
    const imported = [{ bundleId: hexId(100), receipt: 'receipt-1' }];
    const again = await attempt(world, writeTar(world, whole), { ...heldAt(newer()), imported, seq: 5 });
    expect(again.verdict?.alreadyImported).toEqual({ receipt: 'receipt-1' });
    // The id alone proves nothing: an altered copy of it is what it is.
    const altered = resign(entries, [generateSigningKey()]);
    expect(await codeOf(altered, { ...heldAt(newer()), imported })).toBe('ROLLBACK');
  });

  attack('rollback', 'refuses another timestamp of the version that is held', async () => {
    const timestamp = signMetadata(
      buildTimestamp({ version: 1, expires: '2026-09-01T00:00:00Z', snapshot: world.published.snapshot }),
      [world.keys.timestamp],
    );
    expect(await codeOf(withTuf({ timestamp }), heldAt(world.published))).toBe('MIX');
    expect(await codeOf(whole, heldAt(world.published))).toBeUndefined();
  });

  attack('mix', 'refuses a manifest that names other versions', async () => {
    for (const role of ['root', 'timestamp', 'snapshot', 'targets'] as const) {
      const volume = forged((manifest) => ({ ...manifest, tuf: { ...manifest.tuf, [role]: 2 } }));
      expect(await codeOf(volume)).toBe('MIX');
    }
  });
});

describe('keys', () => {
  attack(
    'fulfil-revoked',
    'refuses a manifest signed by another key, by the old fulfiller, or twice by one where two are needed',
    async () => {
      expect(await codeOf(resign(entries, [generateSigningKey()]))).toBe('SIGNATURE');
      expect(await codeOf(resign(entries, [world.keys.timestamp]))).toBe('SIGNATURE');
      const signed = signedOf(world.published.targets);
      const { delegations } = signed as { delegations: { keys: object; roles: object[] } };
      const two = generateSigningKey();
      const targets = signRaw(
        {
          ...signed,
          delegations: {
            keys: { ...delegations.keys, [two.keyid]: tufKeyOf(two.publicKey) },
            roles: [{ ...delegations.roles[0], keyids: [world.keys.fulfil.keyid, two.keyid], threshold: 2 }],
          },
        },
        [world.keys.curator],
      );
      const volume = withTuf(overTargets(targets));
      const parts = entriesOf(volume);
      expect(await codeOf(resign(parts, [world.keys.fulfil]))).toBe('SIGNATURE');
      expect(await codeOf(resign(parts, [world.keys.fulfil, world.keys.fulfil]))).toBe('SIGNATURE');
      expect(await codeOf(resign(parts, [world.keys.fulfil, generateSigningKey()]))).toBe('SIGNATURE');
      expect(await codeOf(resign(parts, [world.keys.fulfil, two]))).toBeUndefined();
      expect(await codeOf(resign(parts, [world.keys.fulfil, two, generateSigningKey()]))).toBeUndefined();
    },
  );

  attack(
    'timestamp-stolen',
    'refuses new content under a stolen timestamp key, and under snapshot and timestamp keys',
    async () => {
      const evil = publish(
        { ...world.keys, curator: generateSigningKey() },
        { version: 2, catalog: 1, inventory: encodeInventory([]), policy: policyBytes() },
      );
      const timestampOnly = signMetadata(
        buildTimestamp({ version: 2, expires: '2026-08-01T00:00:00Z', snapshot: evil.snapshot }),
        [world.keys.timestamp],
      );
      expect(await codeOf(withTuf({ timestamp: timestampOnly }))).toBe('MISSING');
      const named = (bodies: Published): Buffer =>
        joinTar(
          entries.map(({ name, body }) => {
            if (name === 'tuf/timestamp.json') return { name, body: bodies.timestamp };
            if (name === 'tuf/1.snapshot.json') return { name: 'tuf/2.snapshot.json', body: bodies.snapshot };
            return name === 'tuf/1.targets.json'
              ? { name: 'tuf/2.targets.json', body: bodies.targets }
              : { name, body };
          }),
        );
      expect(await codeOf(named(evil))).toBe('SIGNATURE');
      const stranger = publish(
        { ...world.keys, snapshot: generateSigningKey() },
        { version: 2, catalog: 1, inventory: world.inventory, policy: world.policy },
      );
      expect(await codeOf(named(stranger))).toBe('SIGNATURE');
    },
  );

  attack('key-twice', 'refuses in TUF one public key under two ids, and a signature in capitals', async () => {
    const signed = signedOf(world.root) as { keys: Record<string, object>; roles: Record<string, object> };
    const [key] = world.keys.root;
    if (key === undefined) throw new Error('no root key');
    const twice = signRaw(
      {
        ...signed,
        version: 2,
        keys: { ...signed.keys, [digestOf('alias')]: tufKeyOf(key.publicKey) },
        roles: { ...signed.roles, root: { keyids: [key.keyid, digestOf('alias')], threshold: 2 } },
      },
      world.keys.root,
    );
    const volume = (root: Uint8Array): Buffer =>
      joinTar([entries[0]!, { name: 'tuf/2.root.json', body: root }, ...entries.slice(1)]);
    expect(await codeOf(volume(twice))).toBe('METADATA');
    const capitals = Buffer.from(world.published.timestamp)
      .toString('utf8')
      .replace(/"sig":"([0-9a-f]+)"/, (_, sig: string) => `"sig":"${sig.toUpperCase()}"`);
    expect(await codeOf(withTuf({ timestamp: Buffer.from(capitals) }))).toBe('METADATA');
  });

  attack('key-unknown', 'takes a manifest with the signature of a stranger beside a good one', async () => {
    const stranger = generateSigningKey();
    expect(await codeOf(resign(entries, [world.keys.fulfil, stranger]))).toBeUndefined();
    expect(await codeOf(resign(entries, [stranger]))).toBe('SIGNATURE');
    const timestamp = signRaw(signedOf(world.published.timestamp), [stranger, world.keys.timestamp]);
    expect(await codeOf(withTuf({ timestamp }))).toBeUndefined();
  });

  attack('key-twice', 'counts a root signature once, however often it is there', async () => {
    const [a] = world.keys.root;
    const root = makeRoot(2, world.keys, { signers: a ? [a] : [] });
    const text = JSON.parse(Buffer.from(root).toString('utf8')) as { signatures: object[]; signed: object };
    const doubled = canonicalJson({ ...text, signatures: [...text.signatures, ...text.signatures] });
    const volume = (bytes: Uint8Array): Buffer =>
      joinTar([entries[0]!, { name: 'tuf/2.root.json', body: bytes }, ...entries.slice(1)]);
    expect(await codeOf(volume(root))).toBe('SIGNATURE');
    expect(await codeOf(volume(doubled))).toBe('METADATA');
  });
});

describe('roots', () => {
  const bring = async (roots: [number, Uint8Array][], keys = world.keys): Promise<Buffer> => {
    const last = roots.at(-1)?.[1] ?? world.root;
    const tuf = publish(keys, { version: 1, catalog: 1, inventory: world.inventory, policy: world.policy });
    const base = entriesOf(readVolumeBytes(await build(world, { tuf: { root: last, roots: [], ...tuf } })));
    return resign(
      [base[0]!, ...roots.map(([version, body]) => ({ name: `tuf/${version}.root.json`, body })), ...base.slice(1)],
      [world.keys.fulfil],
    );
  };
  const rotated = () => ({ ...world.keys, root: [...world.keys.root.slice(0, 2), generateSigningKey()] });

  attack('root-gap', 'follows a chain, keeps what it passed, and refuses a gap', async () => {
    const keys = rotated();
    const [root2, root3] = [makeRoot(2, keys), makeRoot(3, keys)];
    const { verdict } = await attempt(
      world,
      writeTar(
        world,
        await bring([
          [2, root2],
          [3, root3],
        ]),
      ),
    );
    expect(verdict?.newRoots.map(({ version }) => version)).toEqual([2, 3]);
    expect(verdict?.tuf.root).toBe(3);
    expect(await codeOf(await bring([[3, root3]]))).toBe('ROOT_CHAIN');
    expect(
      await codeOf(
        await bring([
          [2, root2],
          [4, makeRoot(4, keys)],
        ]),
      ),
    ).toBe('ROOT_CHAIN');
    expect(await codeOf(await bring([[2, root3]]))).toBe('ROOT_CHAIN');
  });

  attack(
    'root-unsigned',
    'refuses a root that the old keys did not sign, and one that its own keys did not',
    async () => {
      const strangers = createKeys();
      expect(await codeOf(await bring([[2, makeRoot(2, strangers)]]))).toBe('SIGNATURE');
      const own = { ...world.keys, root: strangers.root };
      expect(await codeOf(await bring([[2, makeRoot(2, own, { signers: world.keys.root.slice(0, 2) })]]))).toBe(
        'SIGNATURE',
      );
      const both = makeRoot(2, own, { signers: [...world.keys.root.slice(0, 2), ...strangers.root.slice(0, 2)] });
      expect(await codeOf(await bring([[2, both]]))).toBeUndefined();
      // A key that was rotated out signs nothing more.
      const back = makeRoot(3, world.keys, { signers: world.keys.root });
      expect(
        await codeOf(
          await bring([
            [2, both],
            [3, back],
          ]),
        ),
      ).toBe('SIGNATURE');
    },
  );

  attack('site', 'keeps newer roots even when the rest is refused', async () => {
    const root2 = makeRoot(2, rotated());
    const volume = await bring([[2, root2]]);
    const { code, refusal } = await attempt(world, writeTar(world, volume), { site: 'plant-8' });
    expect(code).toBe('WRONG_SITE');
    expect(refusal?.newRoots).toEqual([{ version: 2, bytes: Buffer.from(root2).toString('base64') }]);
  });

  attack('root-gap', 'reads roots that were passed before, and refuses one that differs', async () => {
    const keys = rotated();
    const [root2, root3] = [makeRoot(2, keys), makeRoot(3, keys)];
    const volume = await bring([
      [2, root2],
      [3, root3],
    ]);
    const at = (root: Uint8Array): Partial<ImportContext> => ({
      trust: { root: Buffer.from(root).toString('base64') },
    });
    expect(await codeOf(volume, at(root2))).toBeUndefined();
    expect(await codeOf(volume, at(root3))).toBeUndefined();
    expect(await codeOf(volume, at(makeRoot(3, keys, { expires: '2028-12-31T00:00:00Z' })))).toBe('ROOT_CHAIN');
    const altered = Buffer.from(root2);
    altered[altered.indexOf('"sig":"') + 10] = altered[altered.indexOf('"sig":"') + 10] === 0x30 ? 0x31 : 0x30;
    expect(
      await codeOf(
        await bring([
          [2, altered],
          [3, root3],
        ]),
        at(root3),
      ),
    ).toBe('SIGNATURE');
  });
});

it('keyids are the digests that TUF takes', () => {
  const key = generateSigningKey();
  expect(keyidOf(key.publicKey)).toBe(
    digestOf(
      `{"keytype":"ed25519","keyval":{"public":"${Buffer.from(key.publicKey).toString('hex')}"},"scheme":"ed25519"}`,
    ),
  );
});
