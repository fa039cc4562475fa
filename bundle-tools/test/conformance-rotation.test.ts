import { describe, expect, it } from 'vitest';
import { createRepository, nameKey, publish, type Repository, type topRoles } from './conformance/repository.ts';
import { createSigner, type Signer } from './conformance/signers.ts';
import { createVisitor } from './conformance/visitor.ts';

// TUF specification 1.0, 5.3.4-5.3.5 for the root, 5.4.2, 5.5.3, 5.6.3 for the others. Keys are numbers 0 to 9; a line
// is one version of a role: who is named, how many must sign, who signs.

const holders = Array.from({ length: 10 }, () => createSigner());

type Version = { named: number[]; threshold: number; signing: number[] };
const version = (named: number[], threshold: number, signing: number[]): Version => ({ named, threshold, signing });

const signer = (number: number): Signer => {
  const found = holders[number];
  if (found === undefined) throw new Error(`no key ${number}`);
  return found;
};

const setKeys = (repository: Repository, role: (typeof topRoles)[number], { named, threshold, signing }: Version) => {
  repository.root.roles[role].keyids = [];
  repository.root.roles[role].threshold = threshold;
  for (const number of named) nameKey(repository, role, signer(number));
  repository.signers.set(role, signing.map(signer));
};

const five = [0, 1, 2, 3, 4];
const changed = [0, 1, 3, 4, 5];
const other = [5, 6, 7, 8, 9];

const goodChains: [string, Version[]][] = [
  ['one key replaced', [version([1], 1, [1]), version([2], 1, [2, 1]), version([2], 1, [2])]],
  [
    'one key replaced, others sign in vain',
    [version([1], 1, [3, 1, 4]), version([2], 1, [3, 2, 1, 4]), version([2], 1, [3, 2, 4])],
  ],
  [
    'three of five, in changing company',
    [
      version(five, 3, [0, 2, 4]),
      version(five, 3, [0, 4, 1]),
      version(five, 3, [0, 1, 3]),
      version(five, 3, [0, 1, 3]),
    ],
  ],
  ['three of five, one replaced', [version(five, 3, [0, 2, 4]), version(changed, 3, [0, 4, 1])]],
  [
    'three of five, one replaced, the leaving one signs the step',
    [version(five, 3, [0, 2, 4]), version(changed, 3, [0, 2, 4, 5]), version(changed, 3, [0, 4, 5])],
  ],
  [
    'three of five, all replaced, both sides sign the step',
    [version(five, 3, [0, 2, 4]), version(other, 3, [0, 2, 4, 5, 6, 7]), version(other, 3, [5, 6, 7])],
  ],
  ['the threshold goes up', [version([1, 2, 3], 1, [1]), version([1, 2, 3], 2, [1, 2])]],
  [
    'the threshold goes down',
    [version([1, 2, 3], 2, [1, 2]), version([1, 2, 3], 1, [1, 2]), version([1, 2, 3], 1, [1])],
  ],
  ['a second key comes in and must sign', [version([1], 1, [1]), version([1, 2], 2, [1, 2])]],
];

const badChains: [string, Version[]][] = [
  ['the old key did not sign', [version([1], 1, [1]), version([2], 1, [2, 3, 4])]],
  ['the new key did not sign', [version([1], 1, [1]), version([2], 1, [1, 3, 4])]],
  ['three of the old five, two of the new', [version(five, 3, [0, 2, 4]), version(changed, 3, [0, 2, 4])]],
  ['three of the new five, two of the old', [version(five, 3, [0, 2, 4]), version(changed, 3, [0, 4, 5])]],
  ['the raised threshold is not met', [version([1, 2, 3], 1, [1]), version([1, 2, 3], 2, [2])]],
  ['the old threshold is not met by the lowered one', [version([1, 2, 3], 2, [1, 2]), version([1, 2, 3], 1, [1])]],
];

const withRoots = (versions: readonly Version[]): Repository => {
  const repository = createRepository();
  repository.published.delete('root');
  for (const keys of versions) {
    setKeys(repository, 'root', keys);
    publish(repository, 'root');
  }
  publish(repository, 'targets', 'snapshot', 'timestamp');
  return repository;
};

describe('a chain of roots holds', () => {
  it.each(goodChains)('%s', async (_name, versions) => {
    const repository = withRoots(versions);
    const visitor = createVisitor(repository);
    expect(await visitor.refresh()).toBeUndefined();
    expect(visitor.trusted('root')).toEqual(repository.published.get('root')?.at(-1));
    expect(visitor.versions()).toEqual({ root: versions.length, snapshot: 2, targets: 2, timestamp: 2 });
  });
});

describe('a chain of roots breaks at its last link', () => {
  it.each(badChains)('%s', async (_name, versions) => {
    const repository = withRoots(versions);
    const visitor = createVisitor(repository);
    expect(await visitor.refresh()).toMatchObject({ code: 'SIGNATURE' });
    expect(visitor.trusted('root')).toEqual(repository.published.get('root')?.at(-2));
    expect(visitor.versions()).toEqual({ root: versions.length - 1 });
  });
});

const goodKeys: [string, Version][] = [
  ['one key', version([2], 1, [2])],
  ['one key, others sign in vain', version([1], 1, [3, 1, 4])],
  ['0, 2, 4 of five', version(five, 3, [0, 2, 4])],
  ['0, 4, 1 of five', version(five, 3, [0, 4, 1])],
  ['0, 1, 3 of five', version(five, 3, [0, 1, 3])],
  ['1, 2, 3 of five', version(five, 3, [1, 2, 3])],
  ['2, 3, 4 of five', version(five, 3, [2, 3, 4])],
];

const badKeys: [string, Version][] = [
  ['only others sign', version([2], 1, [1, 3, 4])],
  ['two named ones and a stranger sign, three must', version(changed, 3, [0, 2, 4])],
  ['two sign, three must', version(changed, 3, [0, 4])],
];

describe('new keys of a role below the root', () => {
  const below = ['timestamp', 'snapshot', 'targets'] as const;

  it.each(goodKeys)('%s', async (_name, keys) => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    for (const role of below) {
      setKeys(repository, role, keys);
      publish(repository, 'root', 'targets', 'snapshot', 'timestamp');
      expect(await visitor.refresh()).toBeUndefined();
      expect(visitor.trusted(role)).toEqual(repository.published.get(role)?.at(-1));
    }
  });

  it.each(badKeys)('%s: refused', async (_name, keys) => {
    for (const role of below) {
      const repository = createRepository();
      const visitor = createVisitor(repository);
      expect(await visitor.refresh()).toBeUndefined();
      setKeys(repository, role, keys);
      publish(repository, 'root', 'targets', 'snapshot', 'timestamp');
      expect(await visitor.refresh()).toMatchObject({ code: 'SIGNATURE' });
      expect(visitor.versions()).toMatchObject({ root: 2, [role]: 1 });
    }
  });
});
