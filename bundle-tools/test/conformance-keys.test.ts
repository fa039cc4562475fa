import { describe, expect, it } from 'vitest';
import {
  addSigner,
  createRepository,
  fileOf,
  latest,
  nameKey,
  publish,
  replaceLatest,
  signaturesOf,
} from './conformance/repository.ts';
import { createSigner } from './conformance/signers.ts';
import { createVisitor } from './conformance/visitor.ts';

// TUF specification 1.0, 4.2 and 4.3: which keys count towards a threshold, and how often.

type File = { signed: Record<string, unknown>; signatures: { keyid: string; sig: string }[] };

const changeLatest = (repository: ReturnType<typeof createRepository>, role: string, change: (file: File) => void) => {
  const file = JSON.parse(Buffer.from(latest(repository, role)).toString()) as File;
  change(file);
  replaceLatest(repository, role, Buffer.from(JSON.stringify(file)));
};

describe('a threshold', () => {
  it('is met by that many keys, and not by fewer', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    repository.root.roles.snapshot.threshold = 3;
    addSigner(repository, 'snapshot');
    addSigner(repository, 'snapshot');
    publish(repository, 'root', 'targets', 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toBeUndefined();
    repository.signers.get('snapshot')?.pop();
    publish(repository, 'targets', 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toMatchObject({ code: 'SIGNATURE' });
    expect(visitor.versions()).toMatchObject({ timestamp: 3, snapshot: 2 });
  });

  it('above the number of keys can never be met', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    for (let key = 0; key < 4; key += 1) addSigner(repository, 'snapshot');
    repository.root.roles.snapshot.threshold = 6;
    publish(repository, 'root', 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toMatchObject({ code: 'SIGNATURE' });
    expect(visitor.versions()).toEqual({ root: 2, timestamp: 2 });
  });

  it.each([0, -1])('of %d is no threshold', async (threshold) => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    repository.root.roles.snapshot.threshold = threshold;
    publish(repository, 'root');
    expect(await visitor.refresh()).toMatchObject({ code: 'METADATA' });
    expect(visitor.versions()).toEqual({ root: 1 });
  });

  it('is met beside a signature that does not verify, whatever is written there', async () => {
    for (const sig of ['ab'.repeat(64), '']) {
      const repository = createRepository();
      const visitor = createVisitor(repository);
      const other = addSigner(repository, 'timestamp');
      publish(repository, 'root', 'timestamp');
      changeLatest(repository, 'timestamp', ({ signatures }) => {
        for (const signature of signatures) if (signature.keyid === other.keyid) signature.sig = sig;
      });
      expect(await visitor.refresh()).toBeUndefined();
      expect(visitor.versions()['timestamp']).toBe(2);
    }
  });

  it('is met beside signatures of keys that nobody named', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    repository.signers.set('timestamp', [...(repository.signers.get('timestamp') ?? []), createSigner()]);
    publish(repository, 'timestamp');
    expect(await visitor.refresh()).toBeUndefined();
  });

  it('is not met by a key that only another role names', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    repository.signers.set('timestamp', repository.signers.get('snapshot') ?? []);
    publish(repository, 'timestamp');
    expect(await visitor.refresh()).toMatchObject({ code: 'SIGNATURE' });
  });

  it('is not met where the role names a key that the root does not hold', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    const [holder] = repository.signers.get('timestamp') ?? [];
    delete repository.root.keys[holder?.keyid ?? ''];
    publish(repository, 'root', 'timestamp');
    expect(await visitor.refresh()).toMatchObject({ code: 'SIGNATURE' });
    expect(visitor.versions()).toEqual({ root: 2 });
  });
});

describe('one key counts once', () => {
  it('though a role names it many times and its signature is repeated', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    const signer = addSigner(repository, 'snapshot');
    for (let time = 0; time < 8; time += 1) nameKey(repository, 'snapshot', signer);
    repository.root.roles.snapshot.threshold = 6;
    publish(repository, 'root', 'snapshot', 'timestamp');
    changeLatest(repository, 'snapshot', ({ signatures }) => {
      const own = signatures.filter(({ keyid }) => keyid === signer.keyid);
      for (let time = 0; time < 8; time += 1) signatures.push(...own);
    });
    expect(await visitor.refresh()).toMatchObject({ code: 'METADATA' });
    expect(visitor.trusted('snapshot')).toBeUndefined();
  });

  it('though it goes under two ids', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    const [holder] = repository.signers.get('snapshot') ?? [];
    if (holder === undefined) throw new Error('nobody signs the snapshot');
    addSigner(repository, 'snapshot', { ...holder, keyid: 'cd'.repeat(32) });
    repository.root.roles.snapshot.threshold = 2;
    publish(repository, 'root', 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toMatchObject({ code: 'METADATA' });
    expect(visitor.versions()).toEqual({ root: 1 });
  });

  it('and a file with two signatures under one id is refused, also with enough others', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    changeLatest(repository, 'snapshot', ({ signatures }) => signatures.push(...signatures));
    expect(await visitor.refresh()).toMatchObject({ code: 'METADATA' });
    expect(visitor.trusted('snapshot')).toBeUndefined();
  });
});

describe('keys of each type', () => {
  it.each(['rsa', 'ecdsa', 'ed25519'] as const)(
    '%s signs, and a signature of other bytes does not verify',
    async (type) => {
      const repository = createRepository();
      const visitor = createVisitor(repository);
      const signer = addSigner(repository, 'root', createSigner(type));
      repository.root.roles.root.threshold = 2;
      publish(repository, 'root');
      expect(await visitor.refresh()).toBeUndefined();
      expect(visitor.versions()['root']).toBe(2);

      publish(repository, 'root');
      const others = (repository.signers.get('root') ?? []).filter(({ keyid }) => keyid !== signer.keyid);
      const wrong = signaturesOf({ ...repository.root, version: 99 }, [signer]);
      const right = signaturesOf(repository.root, others);
      replaceLatest(repository, 'root', fileOf(repository.root, [...right, ...wrong]));
      expect(await visitor.refresh()).toMatchObject({ code: 'SIGNATURE' });
      expect(visitor.versions()['root']).toBe(2);
    },
  );

  it('an unknown type signs nothing, and does no harm beside others', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    const stranger = createSigner();
    stranger.key.keytype = 'quantum';
    addSigner(repository, 'timestamp', stranger);
    publish(repository, 'root', 'timestamp');
    expect(await visitor.refresh()).toBeUndefined();
    repository.root.roles.timestamp.threshold = 2;
    publish(repository, 'root', 'timestamp');
    expect(await visitor.refresh()).toMatchObject({ code: 'SIGNATURE' });
  });
});
