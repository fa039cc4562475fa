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
    expect(() => createRoot({ ...rootOptions, rootThreshold: 4 })).toThrow(usage);
    expect(() => createRoot({ ...rootOptions, rootThreshold: 0 })).toThrow(usage);
    expect(() => createRoot({ ...rootOptions, rootKeys: publics([a, a]) })).toThrow(usage);
    expect(() => createRoot({ ...rootOptions, expires: '2030-01-01' })).toThrow(
      expect.objectContaining({ code: 'METADATA' }),
    );
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
