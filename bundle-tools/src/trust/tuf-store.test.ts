import { describe, expect, it } from 'vitest';
import { generateSigningKey } from './keys.ts';
import { buildSnapshot, buildTargets, buildTimestamp, createRoot, signMetadata } from './repository.ts';
import {
  createTufStore,
  snapshotMeta,
  updateRoot,
  updateSnapshot,
  updateTargets,
  updateTimestamp,
} from './tuf-store.ts';

// What the core takes for granted of tuf-js' internals; a new release that changes it fails here first.

const key = generateSigningKey();
const stranger = generateSigningKey();
const expires = '2030-01-01T00:00:00Z';
const time = new Date('2026-01-01T00:00:00Z');
const publicKeys = [key.publicKey];

const rootOf = (version: number, rootKeys = publicKeys): Uint8Array =>
  createRoot({
    version,
    expires,
    rootKeys,
    rootThreshold: 1,
    targetsKeys: publicKeys,
    targetsThreshold: 1,
    snapshotKeys: publicKeys,
    timestampKeys: publicKeys,
  });
const root = signMetadata(rootOf(1), [key]);

const targetsOf = (version: number, until = expires) =>
  signMetadata(buildTargets({ version, expires: until, targets: [], fulfilKeys: publicKeys, fulfilThreshold: 1 }), [
    key,
  ]);
const snapshotOf = (version: number, targets: Uint8Array, until = expires) =>
  signMetadata(buildSnapshot({ version, expires: until, targets }), [key]);
const timestampOf = (version: number, snapshot: Uint8Array, until = expires) =>
  signMetadata(buildTimestamp({ version, expires: until, snapshot }), [key]);

const targets = targetsOf(3);
const snapshot = snapshotOf(4, targets);
const timestamp = timestampOf(5, snapshot);

const refusal = (code: string, message: string) => expect.objectContaining({ code, message });

describe('the store of tuf-js', () => {
  it('has the methods and the field that the core uses', () => {
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
    expect(store.getRole('root')).toBe(store.root);
    expect(store.getRole('targets')).toBeUndefined();
  });

  it('starts from no root that its own keys did not sign', () => {
    const broken = Buffer.from(
      Buffer.from(root)
        .toString('utf8')
        .replace(/"sig":"(.)/, (_, digit) => `"sig":"${digit === '0' ? '1' : '0'}`),
    );
    expect(() => createTufStore(broken, new Date(0))).toThrow(
      refusal('SIGNATURE', 'root: root was signed by 0/1 keys'),
    );
    expect(() => createTufStore(rootOf(1), new Date(0))).toThrow(
      refusal('SIGNATURE', 'root: root was signed by 0/1 keys'),
    );
  });

  it('starts with no time that is none: nothing would ever expire', () => {
    expect(() => createTufStore(root, new Date('tomorrow'))).toThrow(
      refusal('INTERNAL', 'the reference time is no time'),
    );
  });

  it('takes each role in its turn, and says what it has', () => {
    const store = createTufStore(root, time);
    updateRoot(store, signMetadata(rootOf(2), [key]));
    expect(snapshotMeta(store, 'targets')).toBeUndefined();
    expect(updateTimestamp(store, timestamp)).toBe(true);
    expect(updateTimestamp(store, timestamp)).toBe(false);
    updateSnapshot(store, snapshot, false);
    expect(snapshotMeta(store, 'targets')).toMatchObject({ version: 3, length: targets.length });
    expect(snapshotMeta(store, 'fulfil')).toBeUndefined();
    updateTargets(store, targets, 'targets', 'root');
    expect(store.root.signed.version).toBe(2);
    expect(store.timestamp?.signed.version).toBe(5);
    expect(store.snapshot?.signed.version).toBe(4);
    expect(store.targets?.signed.version).toBe(3);
    expect(store.getRole('targets')).toBe(store.targets);
  });
});

describe('a refusal of tuf-js has a code of the exchange and says which role it is about', () => {
  const at = (...steps: ('timestamp' | 'snapshot')[]) => {
    const store = createTufStore(root, time);
    if (steps.includes('timestamp')) updateTimestamp(store, timestamp);
    if (steps.includes('snapshot')) updateSnapshot(store, snapshot, false);
    return store;
  };

  it('SIGNATURE', () => {
    const strange = (bytes: Uint8Array) => {
      const { signed } = JSON.parse(Buffer.from(bytes).toString()) as { signed: object };
      return Buffer.from(JSON.stringify({ signatures: [{ keyid: stranger.keyid, sig: '00' }], signed }));
    };
    expect(() => updateRoot(at(), strange(rootOf(2)))).toThrow(
      refusal('SIGNATURE', 'root: root was signed by 0/1 keys'),
    );
    expect(() => updateTimestamp(at(), strange(timestamp))).toThrow(
      refusal('SIGNATURE', 'timestamp: timestamp was signed by 0/1 keys'),
    );
    expect(() => updateSnapshot(at('timestamp'), strange(snapshot), true)).toThrow(
      refusal('SIGNATURE', 'snapshot: snapshot was signed by 0/1 keys'),
    );
  });

  it('ROOT_CHAIN for a root, ROLLBACK for the rest', () => {
    expect(() => updateRoot(at(), signMetadata(rootOf(3), [key]))).toThrow(
      refusal('ROOT_CHAIN', 'root: Expected version 2, got 3'),
    );
    expect(() => updateTimestamp(at('timestamp'), timestampOf(4, snapshot))).toThrow(
      refusal('ROLLBACK', 'timestamp: New timestamp version 4 is less than current version 5'),
    );
    expect(() => updateSnapshot(at('timestamp'), snapshotOf(3, targets), true)).toThrow(
      refusal('ROLLBACK', "snapshot: Snapshot version doesn't match timestamp"),
    );
  });

  it('HASH, unless a snapshot was trusted before', () => {
    const other = snapshotOf(4, targetsOf(9));
    expect(other.length).toBe(snapshot.length);
    expect(() => updateSnapshot(at('timestamp'), other, false)).toThrow(expect.objectContaining({ code: 'HASH' }));
    expect(() => updateSnapshot(at('timestamp'), other, true)).not.toThrow();
    expect(() => updateTargets(at('timestamp', 'snapshot'), targetsOf(9), 'targets', 'root')).toThrow(
      expect.objectContaining({ code: 'HASH', message: expect.stringMatching(/^targets: Expected hash /) }),
    );
  });

  it('EXPIRED', () => {
    const late = new Date('2031-01-01T00:00:00Z');
    expect(() => updateTimestamp(createTufStore(root, late), timestamp)).toThrow(
      refusal('EXPIRED', 'timestamp: Final root.json is expired'),
    );
    const store = createTufStore(root, time);
    const old = timestampOf(5, snapshot, '2025-01-01T00:00:00Z');
    expect(() => updateTimestamp(store, old)).toThrow(refusal('EXPIRED', 'timestamp: Final timestamp.json is expired'));
  });

  it('METADATA for all else, with its cause', () => {
    expect(() => updateTargets(at('timestamp'), targets, 'targets', 'root')).toThrow(
      refusal('METADATA', 'targets: Cannot update delegated targets before snapshot'),
    );
    expect(() => updateTimestamp(at(), snapshot)).toThrow(
      expect.objectContaining({
        code: 'METADATA',
        message: "timestamp: expected 'timestamp', got snapshot",
        cause: expect.any(Error),
      }),
    );
  });
});
