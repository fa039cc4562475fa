import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { refreshTrust, type TrustSource } from './core.ts';
import { generateSigningKey, type SigningKey } from './keys.ts';
import {
  buildSnapshot,
  buildTargets,
  buildTimestamp,
  createRoot,
  describeMetadata,
  signMetadata,
} from './repository.ts';

const expires = '2030-01-01T00:00:00Z';
const roots = [generateSigningKey(), generateSigningKey(), generateSigningKey()] as const;
const [curator, snapshotKey, timestampKey, fulfil] = [
  generateSigningKey(),
  generateSigningKey(),
  generateSigningKey(),
  generateSigningKey(),
];
const publics = (keys: readonly SigningKey[]): Uint8Array[] => keys.map(({ publicKey }) => publicKey);

const rootOptions = {
  version: 1,
  expires,
  rootKeys: publics(roots),
  rootThreshold: 2,
  targetsKeys: [curator.publicKey],
  targetsThreshold: 1,
  snapshotKeys: [snapshotKey.publicKey],
  timestampKeys: [timestampKey.publicKey],
};

const repository = () => {
  const targets = signMetadata(
    buildTargets({
      version: 3,
      expires,
      targets: [{ path: 'policy.json', bytes: Buffer.from('{}') }],
      fulfilKeys: [fulfil.publicKey],
      fulfilThreshold: 1,
    }),
    [curator],
  );
  const snapshot = signMetadata(buildSnapshot({ version: 4, expires, targets }), [snapshotKey]);
  const timestamp = signMetadata(buildTimestamp({ version: 5, expires, snapshot }), [timestampKey]);
  return { targets, snapshot, timestamp };
};

const sourceOf = (files: Record<string, Uint8Array>, asked: string[] = []): TrustSource => ({
  get: async (name) => {
    asked.push(name);
    return files[name] ?? 'NOT_FOUND';
  },
});

describe('a root ceremony', () => {
  it('adds signatures in turn, in any order, to the same bytes', () => {
    const unsigned = createRoot(rootOptions);
    const [a, b] = roots;
    const oneByOne = signMetadata(signMetadata(unsigned, [a]), [b]);
    expect(Buffer.compare(oneByOne, signMetadata(signMetadata(unsigned, [b]), [a]))).toBe(0);
    expect(Buffer.compare(oneByOne, signMetadata(oneByOne, [a]))).toBe(0);
    expect(describeMetadata(oneByOne)).toMatchObject({
      role: 'root',
      version: 1,
      expires,
      signers: [a.keyid, b.keyid].sort(),
      roles: { root: { threshold: 2 }, targets: { keyids: [curator.keyid], threshold: 1 } },
    });
  });

  it('names no threshold that distinct keys cannot meet', () => {
    const [a] = roots;
    const usage = expect.objectContaining({ code: 'USAGE' });
    expect(() => createRoot({ ...rootOptions, rootThreshold: 4 })).toThrow(
      'root: a threshold of 4 with 3 distinct keys',
    );
    expect(() => createRoot({ ...rootOptions, rootThreshold: 4 })).toThrow(usage);
    expect(() => createRoot({ ...rootOptions, rootThreshold: 3 })).not.toThrow();
    expect(() => createRoot({ ...rootOptions, rootThreshold: 1 })).not.toThrow();
    expect(() => createRoot({ ...rootOptions, targetsThreshold: 2 })).toThrow(
      'targets: a threshold of 2 with 1 distinct keys',
    );
    expect(() => createRoot({ ...rootOptions, snapshotKeys: [] })).toThrow(
      'snapshot: a threshold of 1 with 0 distinct',
    );
    expect(() => createRoot({ ...rootOptions, timestampKeys: [] })).toThrow(
      'timestamp: a threshold of 1 with 0 distinct',
    );
    expect(() => createRoot({ ...rootOptions, rootThreshold: 0 })).toThrow(usage);
    expect(() => createRoot({ ...rootOptions, rootKeys: publics([a, a]) })).toThrow(usage);
    expect(() => createRoot({ ...rootOptions, expires: '2030-01-01' })).toThrow(
      expect.objectContaining({ code: 'METADATA' }),
    );
  });
});

describe('metadata that we write', () => {
  const parsed = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>;
  const tufKey = (key: SigningKey) => ({
    keytype: 'ed25519',
    scheme: 'ed25519',
    keyval: { public: Buffer.from(key.publicKey).toString('hex') },
  });
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

  it('is a root with these keys', () => {
    const [a, b, c] = roots;
    const all = [a, b, c, curator, snapshotKey, timestampKey];
    expect(parsed(createRoot(rootOptions))).toEqual({
      signatures: [],
      signed: {
        _type: 'root',
        spec_version: '1.0.31',
        version: 1,
        expires,
        consistent_snapshot: true,
        keys: Object.fromEntries(all.map((key) => [key.keyid, tufKey(key)])),
        roles: {
          root: { keyids: [a.keyid, b.keyid, c.keyid].sort(), threshold: 2 },
          targets: { keyids: [curator.keyid], threshold: 1 },
          snapshot: { keyids: [snapshotKey.keyid], threshold: 1 },
          timestamp: { keyids: [timestampKey.keyid], threshold: 1 },
        },
      },
    });
  });

  it('is targets, a snapshot and a timestamp that list one another', () => {
    const { targets, snapshot, timestamp } = repository();
    const head = (_type: string, version: number) => ({ _type, spec_version: '1.0.31', version, expires });
    expect(parsed(targets)['signed']).toEqual({
      ...head('targets', 3),
      targets: { 'policy.json': { length: 2, hashes: { sha256: digest(Buffer.from('{}')) } } },
      delegations: {
        keys: { [fulfil.keyid]: tufKey(fulfil) },
        roles: [{ name: 'fulfil', keyids: [fulfil.keyid], threshold: 1, paths: ['fulfil/*'], terminating: true }],
      },
    });
    expect(parsed(snapshot)['signed']).toEqual({
      ...head('snapshot', 4),
      meta: { 'targets.json': { version: 3, length: targets.length, hashes: { sha256: digest(targets) } } },
    });
    expect(parsed(timestamp)['signed']).toEqual({
      ...head('timestamp', 5),
      meta: { 'snapshot.json': { version: 4, length: snapshot.length, hashes: { sha256: digest(snapshot) } } },
    });
  });

  it('lists a target by its bytes or by its digest', () => {
    const make = (target: Parameters<typeof buildTargets>[0]['targets'][number]) =>
      buildTargets({ version: 1, expires, targets: [target], fulfilKeys: [fulfil.publicKey], fulfilThreshold: 1 });
    const bytes = Buffer.from('content');
    expect(make({ path: 'a', bytes })).toEqual(make({ path: 'a', length: 7, sha256: digest(bytes) }));
  });

  it('is refused before it is written, if our own guards would refuse it', () => {
    const options = { version: 1, expires, targets: [], fulfilKeys: [fulfil.publicKey] };
    expect(() => buildTargets({ ...options, fulfilThreshold: 2 })).toThrow('fulfil: a threshold of 2 with 1 distinct');
    expect(() => buildTargets({ ...options, version: 0, fulfilThreshold: 1 })).toThrow('targets: signed.version');
    const { snapshot } = repository();
    expect(() => buildSnapshot({ version: 1, expires, targets: snapshot })).toThrow('the file is of type snapshot');
    expect(() => buildTimestamp({ version: 1, expires, snapshot: Buffer.from('{}') })).toThrow('snapshot: signed');
  });
});

describe('a description', () => {
  it('of a file that is no root has no roles', () => {
    const { targets } = repository();
    const description = describeMetadata(targets);
    expect(Object.keys(description).sort()).toEqual(['expires', 'role', 'sha256', 'signed', 'signers', 'version']);
    expect(description).toMatchObject({ role: 'targets', version: 3, expires, signers: [curator.keyid] });
    expect(description.sha256).toBe(createHash('sha256').update(targets).digest('hex'));
    expect(description.signed['_type']).toBe('targets');
  });

  it('is given of metadata alone', () => {
    for (const text of ['', '{}', '{"_type":"mirrors"}', '{"_type":"constructor"}', '{"_type": 7}']) {
      expect(() => describeMetadata(Buffer.from(text))).toThrow(
        expect.objectContaining({ code: 'METADATA', message: 'this is no TUF metadata' }),
      );
    }
    const spaced = Buffer.from(JSON.stringify(JSON.parse(Buffer.from(repository().snapshot).toString()), null, 2));
    expect(describeMetadata(spaced).role).toBe('snapshot');
    expect(() => describeMetadata(Buffer.from('{"signed":{"_type":"root"},"signatures":[]}'))).toThrow('root: signed');
  });
});

describe('signatures that are added', () => {
  it('stand in the order of their ids and replace older ones of the same key', () => {
    const file = (bytes: Uint8Array) =>
      JSON.parse(Buffer.from(bytes).toString()) as { signatures: { keyid: string; sig: string }[] };
    const [a, b, c] = roots;
    const signed = signMetadata(createRoot(rootOptions), [c, a, b]);
    const { signatures, ...rest } = file(signed);
    expect(signatures.map(({ keyid }) => keyid)).toEqual([a.keyid, b.keyid, c.keyid].sort());
    const wrong = signatures.map((one) => (one.keyid === b.keyid ? { ...one, sig: 'ab'.repeat(64) } : one));
    const spoiled = Buffer.from(JSON.stringify({ ...rest, signatures: wrong }));
    expect(Buffer.compare(signMetadata(spoiled, [b]), signed)).toBe(0);
    expect(Buffer.compare(signMetadata(spoiled, [a]), signed)).not.toBe(0);
  });
});

describe('a refresh', () => {
  const root = signMetadata(createRoot(rootOptions), roots.slice(0, 2));
  const { targets, snapshot, timestamp } = repository();
  const files = { 'timestamp.json': timestamp, '4.snapshot.json': snapshot, '3.targets.json': targets };
  const options = { referenceTime: new Date('2026-01-01T00:00:00Z'), production: true };

  it('asks in the order of the specification and tells of each file that it trusts', async () => {
    const asked: string[] = [];
    const trusted: string[] = [];
    const trust = await refreshTrust({
      ...options,
      held: { root },
      source: sourceOf(files, asked),
      onTrusted: (role, version) => trusted.push(`${role} ${version}`),
    });
    expect(asked).toEqual(['2.root.json', 'timestamp.json', '4.snapshot.json', '3.targets.json']);
    expect(trusted).toEqual(['timestamp 5', 'snapshot 4', 'targets 3']);
    expect(trust.versions).toEqual({ root: 1, timestamp: 5, snapshot: 4, targets: 3 });
    expect(trust.targets.get('policy.json')).toMatchObject({ length: 2 });
    expect(trust.fulfilKeys).toEqual([new Uint8Array(fulfil.publicKey)]);
  });

  it('asks for nothing that it holds already', async () => {
    const asked: string[] = [];
    await refreshTrust({ ...options, held: { root, timestamp, snapshot, targets }, source: sourceOf(files, asked) });
    expect(asked).toEqual(['2.root.json', 'timestamp.json']);
  });

  it('judges no expiry for who cannot know the time, and tells it', async () => {
    const late = {
      ...options,
      held: { root },
      source: sourceOf(files),
      referenceTime: new Date('2031-01-01T00:00:00Z'),
    };
    await expect(refreshTrust(late)).rejects.toMatchObject({ code: 'EXPIRED' });
    const trust = await refreshTrust({ ...late, referenceTime: new Date(0) });
    expect(trust.expires.timestamp).toBe(expires);
  });

  it.each(['timestamp.json', '4.snapshot.json', '3.targets.json'])('is MISSING without %s', async (name) => {
    const { [name]: _, ...rest } = files as Record<string, Uint8Array>;
    await expect(refreshTrust({ ...options, held: { root }, source: sourceOf(rest) })).rejects.toMatchObject({
      code: 'MISSING',
    });
  });

  it('passes on what the source throws: an I/O error is no absence', async () => {
    const source: TrustSource = {
      get: async () => {
        throw new Error('EIO');
      },
    };
    await expect(refreshTrust({ ...options, held: { root }, source })).rejects.toThrow('EIO');
  });
});
