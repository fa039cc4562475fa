import { describe, expect, it } from 'vitest';
import { generateSigningKey } from './keys.ts';
import { createRoot, signMetadata } from './repository.ts';
import { createTufStore } from './tuf-store.ts';

// What the core takes for granted of tuf-js' internals; a new release that changes it fails here first.

const key = generateSigningKey();
const root = signMetadata(
  createRoot({
    version: 1,
    expires: '2030-01-01T00:00:00Z',
    rootKeys: [key.publicKey],
    rootThreshold: 1,
    targetsKeys: [key.publicKey],
    targetsThreshold: 1,
    snapshotKeys: [key.publicKey],
    timestampKeys: [key.publicKey],
  }),
  [key],
);

describe('the store of tuf-js', () => {
  it('has the methods and the field that the core uses', () => {
    const time = new Date('2026-01-01T00:00:00Z');
    const store = createTufStore(root, time);
    for (const method of ['updateRoot', 'updateTimestamp', 'updateSnapshot', 'updateDelegatedTargets'] as const) {
      expect(store[method]).toBeTypeOf('function');
    }
    expect(Reflect.get(store, 'referenceTime')).toBe(time);
    expect(store.root.signed.version).toBe(1);
    expect(store.root.signed.keys[key.keyid]?.keyVal).toEqual({ public: Buffer.from(key.publicKey).toString('hex') });
    expect(store.timestamp).toBeUndefined();
    expect(store.snapshot).toBeUndefined();
    expect(store.targets).toBeUndefined();
  });

  it('starts from no root that its own keys did not sign', () => {
    const unsigned = signMetadata(root, []).subarray();
    const broken = Buffer.from(
      Buffer.from(unsigned)
        .toString('utf8')
        .replace(/"sig":"../, '"sig":"00'),
    );
    expect(() => createTufStore(broken, new Date(0))).toThrow(expect.objectContaining({ code: 'SIGNATURE' }));
  });
});
