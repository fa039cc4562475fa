import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../documents/canonical-json.ts';
import { BundleError } from '../errors.ts';
import { type HeldMetadata, type RefreshOptions, refreshTargetsRole, refreshTrust } from './core.ts';
import { sha256Hex } from './hash.ts';
import { generateSigningKey, type SigningKey, signBytes } from './keys.ts';
import {
  buildSnapshot,
  buildTargets,
  buildTimestamp,
  createRoot,
  type RootOptions,
  signMetadata,
} from './repository.ts';
import { createTufStore } from './tuf-store.ts';

// What the exchange demands of a refresh beyond the specification, whose cases are test/conformance-*.

const expires = '2030-01-01T00:00:00Z';
const referenceTime = new Date('2026-05-01T00:00:00Z');
const zero = '0'.repeat(64);

const [alice, bob, carol] = [generateSigningKey(), generateSigningKey(), generateSigningKey()];
const [curator, snapshotKey, timestampKey] = [generateSigningKey(), generateSigningKey(), generateSigningKey()];
const fulfil = [generateSigningKey(), generateSigningKey()];
const publics = (keys: readonly SigningKey[]): Uint8Array[] => keys.map(({ publicKey }) => publicKey);

const rootOf = (version: number, changes: Partial<RootOptions> = {}, signers = [alice, bob]): Uint8Array =>
  signMetadata(
    createRoot({
      version,
      expires,
      rootKeys: publics([alice, bob, carol]),
      rootThreshold: 2,
      targetsKeys: [curator.publicKey],
      targetsThreshold: 1,
      snapshotKeys: [snapshotKey.publicKey],
      timestampKeys: [timestampKey.publicKey],
      ...changes,
    }),
    signers,
  );

const targetsOf = (version: number) =>
  signMetadata(
    buildTargets({
      version,
      expires: '2030-03-03T00:00:00Z',
      targets: [{ path: 'policy.json', bytes: Buffer.from('{}') }],
      fulfilKeys: publics(fulfil),
      fulfilThreshold: 2,
    }),
    [curator],
  );

/** Any signed part in canonical form, signed. */
const signed = (part: object, ...keys: SigningKey[]): Uint8Array =>
  canonicalJson({
    signatures: keys.map((key) => ({
      keyid: key.keyid,
      sig: Buffer.from(signBytes(canonicalJson(part), key)).toString('hex'),
    })),
    signed: part,
  });

const world = (targets = targetsOf(3), rootBytes = rootOf(1)) => {
  const snapshot = signMetadata(buildSnapshot({ version: 4, expires: '2030-02-02T00:00:00Z', targets }), [snapshotKey]);
  const timestamp = signMetadata(buildTimestamp({ version: 5, expires: '2030-01-02T00:00:00Z', snapshot }), [
    timestampKey,
  ]);
  const files: Record<string, Uint8Array> = {
    'timestamp.json': timestamp,
    '4.snapshot.json': snapshot,
    '3.targets.json': targets,
  };
  return { root: rootBytes, targets, snapshot, timestamp, files };
};

/** Files that are listed by their versions alone, as the exchange never does. */
const vagueFiles = (targets: object): Record<string, Uint8Array> => {
  const list = (_type: string, version: number, meta: object, key: SigningKey) =>
    signed({ _type, spec_version: '1.0.31', version, expires, meta }, key);
  return {
    'timestamp.json': list('timestamp', 5, { 'snapshot.json': { version: 4 } }, timestampKey),
    '4.snapshot.json': list('snapshot', 4, { 'targets.json': { version: 3 } }, snapshotKey),
    '3.targets.json': signed(targets, curator),
  };
};

const refresh = async (
  held: HeldMetadata,
  files: Record<string, Uint8Array>,
  changes: Partial<RefreshOptions> = {},
) => {
  const trusted: string[] = [];
  const asked: string[] = [];
  const run = refreshTrust({
    held,
    source: {
      get: async (name) => {
        asked.push(name);
        return files[name] ?? 'NOT_FOUND';
      },
    },
    referenceTime,
    production: true,
    onTrusted: (role, version) => trusted.push(`${role} ${version}`),
    ...changes,
  });
  const outcome = await run.then(
    (trust) => ({ trust, why: 'good' }),
    (error: unknown) => {
      if (!(error instanceof BundleError)) throw error;
      return { trust: undefined, why: `${error.code}: ${error.message}` };
    },
  );
  return { ...outcome, trusted, asked };
};

const altered = (bytes: Uint8Array, key: SigningKey): Uint8Array => {
  const file = JSON.parse(Buffer.from(bytes).toString()) as { signatures: { keyid: string; sig: string }[] };
  for (const signature of file.signatures) if (signature.keyid === key.keyid) signature.sig = 'ab'.repeat(64);
  return Buffer.from(JSON.stringify(file));
};

const mark = (role: string, key: SigningKey) =>
  `SIGNATURE: ${role}: the signature of key ${key.keyid.slice(0, 16)} does not verify`;

describe('what a refresh tells', () => {
  it('is all that the importer decides by', async () => {
    const { root, targets, snapshot, timestamp, files } = world();
    const root2 = rootOf(2);
    const { trust } = await refresh({ root }, { ...files, '2.root.json': root2 });
    expect(trust).toEqual({
      metadata: { root: root2, timestamp, snapshot, targets },
      newRoots: [{ version: 2, bytes: root2 }],
      versions: { root: 2, timestamp: 5, snapshot: 4, targets: 3 },
      expires: {
        root: expires,
        timestamp: '2030-01-02T00:00:00Z',
        snapshot: '2030-02-02T00:00:00Z',
        targets: '2030-03-03T00:00:00Z',
      },
      targets: new Map([
        [
          'policy.json',
          { length: 2, sha256: sha256Hex(Buffer.from('{}')), hashes: { sha256: sha256Hex(Buffer.from('{}')) } },
        ],
      ]),
      fulfilKeys: [...fulfil].sort((a, b) => (a.keyid < b.keyid ? -1 : 1)).map((key) => new Uint8Array(key.publicKey)),
      fulfilThreshold: 2,
    });
  });

  it('with nothing newer, is what is held', async () => {
    const { root, targets, snapshot, timestamp, files } = world();
    const { trust, trusted, asked } = await refresh({ root, targets, snapshot, timestamp }, files);
    expect(trust?.metadata).toEqual({ root, targets, snapshot, timestamp });
    expect(trust?.newRoots).toEqual([]);
    expect(trusted).toEqual([]);
    expect(asked).toEqual(['2.root.json', 'timestamp.json']);
  });

  it('is told to nobody where nobody listens', async () => {
    const { root, files } = world();
    const source = { get: async (name: string) => files[name] ?? ('NOT_FOUND' as const) };
    const next = { get: async (name: string) => (name === '2.root.json' ? rootOf(2) : source.get(name)) };
    const { versions } = await refreshTrust({ held: { root }, source: next, referenceTime, production: true });
    expect(versions).toEqual({ root: 2, timestamp: 5, snapshot: 4, targets: 3 });
  });

  it('without a delegation, has no keys for a manifest', async () => {
    const { spec_version, ...part } = JSON.parse(Buffer.from(targetsOf(3)).toString()).signed;
    const { delegations: _, ...bare } = part;
    const { root, files } = world(signed({ ...bare, spec_version }, curator));
    const { trust } = await refresh({ root }, files);
    expect(trust).toMatchObject({ fulfilKeys: [], fulfilThreshold: 1 });
  });

  it('leaves out keys that are named and not there, and keys of other kinds', async () => {
    const part = JSON.parse(Buffer.from(targetsOf(3)).toString()).signed;
    const [first, second] = fulfil as [SigningKey, SigningKey];
    delete part.delegations.keys[first.keyid];
    const { root, files } = world(signed(part, curator));
    expect((await refresh({ root }, files)).trust?.fulfilKeys).toEqual([new Uint8Array(second.publicKey)]);
    part.delegations.keys[first.keyid] = { keytype: 'rsa', scheme: 'x', keyval: { public: `x${zero}` } };
    part.delegations.keys['11'.repeat(32)] = { keytype: 'rsa', scheme: 'x', keyval: { public: `${zero}x` } };
    part.delegations.keys['22'.repeat(32)] = { keytype: 'rsa', scheme: 'x', keyval: {} };
    part.delegations.roles[0].keyids.push('11'.repeat(32), '22'.repeat(32));
    const { trust } = await refresh({ root }, vagueFiles(part), { production: false });
    expect(trust?.fulfilKeys).toEqual([new Uint8Array(second.publicKey)]);
  });

  it('has no SHA-256 of a target that names none', async () => {
    const part = JSON.parse(Buffer.from(targetsOf(3)).toString()).signed;
    part.targets = { a: { length: 1, hashes: { sha512: zero + zero } } };
    const { trust } = await refresh({ root: rootOf(1) }, vagueFiles(part), { production: false });
    expect(trust?.targets).toStrictEqual(new Map([['a', { length: 1, hashes: { sha512: zero + zero } }]]));
  });
});

describe('an altered signature of a named key', () => {
  it('spoils a root, be it by a key of the root before or of its own', async () => {
    const { root, files } = world();
    const all = rootOf(2, {}, [alice, bob, carol]);
    expect(await refresh({ root }, { ...files, '2.root.json': all })).toMatchObject({ why: 'good' });
    expect(await refresh({ root }, { ...files, '2.root.json': altered(all, carol) })).toMatchObject({
      why: mark('root', carol),
      trusted: [],
    });
    const dave = generateSigningKey();
    const next = rootOf(2, { rootKeys: publics([alice, bob, dave]) }, [alice, bob, carol, dave]);
    const both = await refresh({ root }, { ...files, '2.root.json': next });
    expect(both.why).toBe('good');
    expect((await refresh({ root }, { ...files, '2.root.json': altered(next, carol) })).why).toBe(mark('root', carol));
    expect((await refresh({ root }, { ...files, '2.root.json': altered(next, dave) })).why).toBe(mark('root', dave));
  });

  it('spoils a timestamp', async () => {
    const second = generateSigningKey();
    const { root, files, timestamp } = world(
      targetsOf(3),
      rootOf(1, { timestampKeys: publics([timestampKey, second]) }),
    );
    const twice = signMetadata(timestamp, [second]);
    expect((await refresh({ root }, { ...files, 'timestamp.json': twice })).why).toBe('good');
    expect((await refresh({ root }, { ...files, 'timestamp.json': altered(twice, second) })).why).toBe(
      mark('timestamp', second),
    );
  });

  it('of anybody else does not matter, nor does it outside the exchange', async () => {
    const stranger = generateSigningKey();
    const { root, files, timestamp } = world();
    const more = altered(signMetadata(timestamp, [stranger, snapshotKey]), stranger);
    expect((await refresh({ root }, { ...files, 'timestamp.json': altered(more, snapshotKey) })).why).toBe('good');
    const all = altered(rootOf(2, {}, [alice, bob, carol]), carol);
    const open = await refresh({ root }, { ...files, '2.root.json': all }, { production: false });
    expect(open.why).toBe('good');
    const second = generateSigningKey();
    const two = world(targetsOf(3), rootOf(1, { timestampKeys: publics([timestampKey, second]) }));
    const twice = altered(signMetadata(two.timestamp, [second]), second);
    const outside = await refresh({ root: two.root }, { ...two.files, 'timestamp.json': twice }, { production: false });
    expect(outside.why).toBe('good');
  });
});

describe('a refresh refuses', () => {
  it('what is absent or too long, by its name', async () => {
    const { root, files } = world();
    const long = Buffer.concat([files['timestamp.json'] ?? '', Buffer.alloc(16_384, ' ')] as Uint8Array[]);
    expect((await refresh({ root }, {})).why).toBe('MISSING: timestamp.json is absent');
    expect((await refresh({ root }, { ...files, 'timestamp.json': long })).why).toBe(
      `LIMIT: timestamp.json has ${long.length} bytes`,
    );
    const { '4.snapshot.json': snapshot, ...rest } = files;
    expect((await refresh({ root }, rest)).why).toBe('MISSING: 4.snapshot.json is absent');
    const longer = Buffer.concat([snapshot ?? Buffer.alloc(0), Buffer.from(' ')]);
    expect((await refresh({ root }, { ...files, '4.snapshot.json': longer })).why).toBe(
      `LIMIT: 4.snapshot.json has ${longer.length} bytes`,
    );
    const { '3.targets.json': targets, ...without } = files;
    const longest = Buffer.concat([targets ?? Buffer.alloc(0), Buffer.from(' ')]);
    expect((await refresh({ root }, { ...files, '3.targets.json': longest })).why).toBe(
      `LIMIT: 3.targets.json has ${longest.length} bytes`,
    );
    expect((await refresh({ root }, without)).why).toBe('MISSING: 3.targets.json is absent');
  });

  it('a held root that the exchange would not take', async () => {
    const { root, files } = world();
    const other = Buffer.from(Buffer.from(root).toString().replaceAll('"scheme":"ed25519"', '"scheme":"other"'));
    expect(await refresh({ root: other }, files)).toMatchObject({ asked: [], trusted: [] });
    expect((await refresh({ root: other }, files)).why).toMatch(/^METADATA: root: key [0-9a-f]{64} is not Ed25519$/);
  });

  it('another timestamp of the version that is held, in the exchange', async () => {
    const { root, files, timestamp, snapshot, targets } = world();
    const other = signMetadata(buildTimestamp({ version: 5, expires, snapshot }), [timestampKey]);
    const held = { root, timestamp: other, snapshot, targets };
    expect((await refresh(held, files)).why).toBe('MIX: timestamp.json 5 differs from the one that is held');
    const open = await refresh(held, files, { production: false });
    expect(open.trust?.metadata.timestamp).toEqual(other);
    expect((await refresh({ ...held, timestamp }, files)).why).toBe('good');
  });

  it('a snapshot that lists no targets', async () => {
    const { root, files } = world();
    const snapshot = signed({ _type: 'snapshot', spec_version: '1.0.31', version: 4, expires, meta: {} }, snapshotKey);
    const timestamp = signMetadata(buildTimestamp({ version: 5, expires, snapshot }), [timestampKey]);
    const outcome = await refresh({ root }, { ...files, 'timestamp.json': timestamp, '4.snapshot.json': snapshot });
    expect(outcome).toMatchObject({
      why: 'METADATA: snapshot: targets.json is not listed',
      trusted: ['timestamp 5', 'snapshot 4'],
    });
  });

  it('each file that the exchange would not take, though it is well signed', async () => {
    const { root, targets, snapshot, timestamp, files } = world();
    const part = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString()).signed;
    const list = { version: 3 };
    const open = { production: false };
    const loose = signed({ ...part(timestamp), meta: { 'snapshot.json': { version: 4 } } }, timestampKey);
    expect((await refresh({ root }, { ...files, 'timestamp.json': loose })).why).toMatch('METADATA: timestamp: ');
    expect((await refresh({ root }, { ...files, 'timestamp.json': loose }, open)).why).toBe('good');
    const vague = signed({ ...part(snapshot), meta: { 'targets.json': list } }, snapshotKey);
    const over = (bytes: Uint8Array) =>
      signMetadata(
        signed(
          {
            ...part(timestamp),
            meta: { 'snapshot.json': { version: 4, length: bytes.length, hashes: { sha256: sha256Hex(bytes) } } },
          },
          timestampKey,
        ),
        [timestampKey],
      );
    const spoiled = { ...files, 'timestamp.json': over(vague), '4.snapshot.json': vague };
    expect((await refresh({ root }, spoiled)).why).toMatch('METADATA: snapshot: targets.json has no length');
    expect((await refresh({ root }, spoiled, open)).why).toBe('good');
    // A held file that the exchange would not take guards nothing, and the bundle's own takes its place.
    expect(await refresh({ root, timestamp: loose, snapshot: vague, targets }, files)).toMatchObject({
      why: 'good',
      trusted: ['timestamp 5', 'snapshot 4'],
    });
    const other = part(targets);
    other.targets = { a: { length: 1, hashes: { sha512: zero + zero } } };
    expect((await refresh({ root, timestamp, snapshot, targets: signed(other, curator) }, files)).trusted).toEqual([
      'targets 3',
    ]);
  });

  it('to run against a time that is none', async () => {
    const { root, files } = world();
    expect((await refresh({ root }, files, { referenceTime: new Date(Number.NaN) })).why).toBe(
      'INTERNAL: the reference time is no time',
    );
  });
});

describe('what goes wrong with held metadata', () => {
  const broken = (error: Error): Uint8Array => {
    const bytes = new Uint8Array(1);
    Object.defineProperty(bytes, 'length', {
      get: () => {
        throw error;
      },
    });
    return bytes;
  };

  it.each(['timestamp', 'snapshot', 'targets'])('is passed on if it is no verdict: %s', async (role) => {
    const { root, timestamp, snapshot, targets, files } = world();
    const held = { root, timestamp, snapshot, targets };
    await expect(refresh({ ...held, [role]: broken(new Error('EIO')) }, files)).rejects.toThrow('EIO');
    const outcome = await refresh({ ...held, [role]: broken(new BundleError('INTERNAL', 'ours')) }, files);
    expect(outcome.why).toBe('INTERNAL: ours');
    const refused = await refresh({ ...held, [role]: broken(new BundleError('METADATA', 'not ours')) }, files);
    expect(refused.why).toBe('good');
  });
});

describe('a targets role', () => {
  it('is not looked for before the snapshot', async () => {
    const store = createTufStore(rootOf(1), referenceTime);
    const source = { get: async () => 'NOT_FOUND' as const };
    await expect(
      refreshTargetsRole(store, { source, production: true }, { role: 'targets', delegator: 'root', held: undefined }),
    ).rejects.toMatchObject({ code: 'METADATA', message: 'snapshot: targets.json is not listed' });
  });
});
