import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../../test/support/refusals.ts';
import { generateSigningKey, type SigningKey } from './keys.ts';
import { checkPassedRoots } from './passed-roots.ts';
import { createRoot, signMetadata } from './repository.ts';

const [alice, bob, carol] = [generateSigningKey(), generateSigningKey(), generateSigningKey()];
const online = generateSigningKey();

const root = (version: number, keys: readonly SigningKey[] = [alice, bob], signers = keys): Uint8Array =>
  signMetadata(
    createRoot({
      version,
      expires: '2030-01-01T00:00:00Z',
      rootKeys: keys.map(({ publicKey }) => publicKey),
      rootThreshold: keys.length,
      targetsKeys: [online.publicKey],
      targetsThreshold: 1,
      snapshotKeys: [online.publicKey],
      timestampKeys: [online.publicKey],
    }),
    signers,
  );

/** Unsigned; two of the three must sign. */
const createTwoOfThree = (version: number): Uint8Array =>
  createRoot({
    version,
    expires: '2030-01-01T00:00:00Z',
    rootKeys: [alice.publicKey, bob.publicKey, carol.publicKey],
    rootThreshold: 2,
    targetsKeys: [online.publicKey],
    targetsThreshold: 1,
    snapshotKeys: [online.publicKey],
    timestampKeys: [online.publicKey],
  });

const check = (held: Uint8Array, ...roots: [number, Uint8Array][]): string =>
  refusalOf(() => checkPassedRoots(new Map(roots), held));

const badSignature = (bytes: Uint8Array, key: SigningKey): Uint8Array => {
  const file = JSON.parse(Buffer.from(bytes).toString()) as { signatures: { keyid: string; sig: string }[] };
  for (const signature of file.signatures) if (signature.keyid === key.keyid) signature.sig = 'ab'.repeat(64);
  return Buffer.from(JSON.stringify(file));
};

describe('roots of a bundle that a site has passed', () => {
  it('may be none, or all that lead to the held one, or some of them and newer ones', () => {
    const held = root(3);
    expect(check(held)).toBe('good');
    expect(check(held, [1, root(1)], [2, root(2)], [3, held])).toBe('good');
    expect(check(held, [3, held], [4, root(4)])).toBe('good');
    expect(check(held, [2, root(2)])).toBe('good');
  });

  it('are not looked at above the held one: the refresh does that', () => {
    expect(check(root(3), [4, Buffer.from('no root')])).toBe('good');
    expect(check(root(3), [3, root(3)], [4, Buffer.from('no root')], [5, root(4)])).toBe('good');
  });

  it('may begin one above the held one and no higher', () => {
    expect(check(root(3), [5, root(5)])).toBe('ROOT_CHAIN: root 3 is held, the bundle starts at 5');
  });

  it('have the version of their name', () => {
    expect(check(root(3), [2, root(1)])).toBe('ROOT_CHAIN: 2.root.json is version 1');
    expect(check(root(3), [1, root(1)], [2, root(3)])).toBe('ROOT_CHAIN: 2.root.json is version 3');
  });

  it('are signed by themselves', () => {
    expect(check(root(3), [2, root(2, [alice, bob], [alice])])).toMatch('SIGNATURE: root: root was signed by 1/2');
  });

  it('follow one another by the keys of the one before', () => {
    expect(check(root(3), [1, root(1)], [2, root(2, [carol])])).toMatch('SIGNATURE: root: root was signed by 0/2');
    expect(check(root(3), [1, root(1)], [2, root(2, [alice, carol], [alice, bob, carol])], [3, root(3)])).toMatch(
      'SIGNATURE: root: root was signed by 1/2',
    );
  });

  it('carry no altered signature, be it beside enough good ones', () => {
    const mark = (key: SigningKey) => `SIGNATURE: root: the signature of key ${key.keyid.slice(0, 16)} does not verify`;
    const three = [alice, bob, carol];
    const two = signMetadata(createTwoOfThree(2), three);
    expect(check(root(3), [2, two])).toBe('good');
    expect(check(root(3), [2, badSignature(two, carol)])).toBe(mark(carol));
    // In the second root, once for a key of the root before and once for one of its own.
    const one = signMetadata(createTwoOfThree(1), three);
    expect(check(root(3), [1, one], [2, badSignature(two, bob)])).toBe(mark(bob));
    const own = root(2, [alice, bob, online], [alice, bob, online]);
    expect(check(root(3), [1, root(1)], [2, badSignature(own, online)])).toMatch(/^SIGNATURE: root: /);
  });

  it('are the very root that is held, whoever signed it', () => {
    const held = root(3);
    expect(check(held, [3, root(3, [alice, bob], [alice, bob])])).toBe('good');
    expect(check(held, [3, root(3, [alice, carol])])).toBe('ROOT_CHAIN: root 3 differs from the one that is held');
    expect(check(held, [2, root(2)], [3, root(3, [alice, carol], [alice, bob, carol])])).toBe(
      'ROOT_CHAIN: root 3 differs from the one that is held',
    );
    expect(check(held, [2, root(2, [alice, carol])])).toBe('good');
  });

  it('satisfy the demands of the exchange, as the held one does', () => {
    const spoiled = Buffer.from(Buffer.from(root(2)).toString().replaceAll('"scheme":"ed25519"', '"scheme":"other"'));
    expect(check(root(3), [2, spoiled])).toMatch(/^METADATA: root: key [0-9a-f]{64} is not Ed25519$/);
    expect(check(spoiled, [2, root(2)])).toMatch(/^METADATA: root: key [0-9a-f]{64} is not Ed25519$/);
  });
});
