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
  topRoles,
} from './conformance/repository.ts';
import { createSigner, idOf } from './conformance/signers.ts';
import { createVisitor } from './conformance/visitor.ts';

// TUF specification 1.0, the plain course of a refresh: what is asked for, in which order, and what then is trusted.

const all = ['root', 'targets', 'snapshot', 'timestamp'];

describe('a first refresh', () => {
  it('asks for the next root, the timestamp, and then for the versions that are named', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    expect(await visitor.refresh()).toBeUndefined();
    expect(repository.asked).toEqual(['2.root.json', 'timestamp.json', '1.snapshot.json', '1.targets.json']);
  });

  it('asks for plain names where the root has no consistent snapshots', async () => {
    const repository = createRepository();
    repository.root.consistent_snapshot = false;
    publish(repository, 'root');
    expect(await createVisitor(repository).refresh()).toBeUndefined();
    const plain = ['timestamp.json', 'snapshot.json', 'targets.json'];
    expect(repository.asked).toEqual(['2.root.json', '3.root.json', ...plain]);
  });

  it('trusts the files as they were served, byte for byte', async () => {
    const repository = createRepository();
    replaceLatest(repository, 'timestamp', Buffer.concat([latest(repository, 'timestamp'), Buffer.from(' \n')]));
    const visitor = createVisitor(repository);
    expect(await visitor.refresh()).toBeUndefined();
    for (const role of topRoles) expect(visitor.trusted(role)).toEqual(latest(repository, role));
  });

  it('comes before a download, also of a target that is not there', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    expect(await visitor.download('nowhere')).toMatchObject({ code: 'NOT_FOUND' });
    expect(repository.asked).toHaveLength(4);
    expect(visitor.versions()).toEqual({ root: 1, snapshot: 1, targets: 1, timestamp: 1 });
    expect(visitor.brought()).toEqual({});
  });
});

describe('a first root that cannot be trusted', () => {
  const rootOf = (change: (file: { signed: Record<string, unknown>; signatures: { sig: string }[] }) => void) => {
    const repository = createRepository();
    const file = JSON.parse(Buffer.from(latest(repository, 'root')).toString());
    change(file);
    return { repository, visitor: createVisitor(repository, Buffer.from(JSON.stringify(file))) };
  };

  it('without a version: nothing is asked for', async () => {
    const { repository, visitor } = rootOf(({ signed }) => delete signed['version']);
    expect(await visitor.refresh()).toMatchObject({ code: 'METADATA' });
    expect(repository.asked).toEqual([]);
  });

  it('with the signature of something else: nothing is asked for', async () => {
    const { repository, visitor } = rootOf(({ signatures }) => {
      for (const signature of signatures) signature.sig = 'ab'.repeat(64);
    });
    expect(await visitor.refresh()).toMatchObject({ code: 'SIGNATURE' });
    expect(repository.asked).toEqual([]);
  });
});

describe('a role that is wrong ends the refresh, and what came before it stays trusted', () => {
  const before: Record<string, Record<string, number>> = {
    root: { root: 1 },
    timestamp: { root: 2 },
    snapshot: { root: 2, timestamp: 2 },
    targets: { root: 2, snapshot: 2, timestamp: 2 },
  };

  it.each(Object.entries(before))('%s without a signature', async (role, trusted) => {
    const repository = createRepository();
    repository.signers.set(role, []);
    publish(repository, ...all);
    const visitor = createVisitor(repository);
    expect(await visitor.refresh()).toMatchObject({ code: 'SIGNATURE' });
    expect(visitor.versions()).toEqual(trusted);
  });

  // Version 3 lies where version 2 is looked for.
  it.each(['root', 'snapshot', 'targets'])('%s with another version than its name says', async (role) => {
    const repository = createRepository();
    const signed = role === 'targets' ? repository.targets.targets : repository[role as 'root' | 'snapshot'];
    publish(repository, ...all);
    const forged = { ...signed, version: 3 };
    replaceLatest(repository, role, fileOf(forged, signaturesOf(forged, repository.signers.get(role) ?? [])));
    const visitor = createVisitor(repository);
    expect(await visitor.refresh()).toMatchObject({ code: role === 'root' ? 'ROOT_CHAIN' : 'ROLLBACK' });
    expect(visitor.versions()).toEqual(before[role]);
  });

  it('a snapshot in the place of the timestamp, though signed by its key', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    const [holder] = repository.signers.get('timestamp') ?? [];
    addSigner(repository, 'snapshot', holder);
    repository.snapshot.meta = { 'snapshot.json': { version: 1 } };
    publish(repository, 'root', 'snapshot');
    repository.published.set('timestamp', [latest(repository, 'snapshot')]);
    expect(await visitor.refresh()).toMatchObject({ code: 'METADATA' });
    expect(visitor.versions()).toEqual({ root: 2 });
  });
});

describe('a later refresh', () => {
  it('asks for no more than the next root and the timestamp where nothing changed', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    await visitor.refresh();
    repository.asked.length = 0;
    expect(await visitor.refresh()).toBeUndefined();
    expect(repository.asked).toEqual(['2.root.json', 'timestamp.json']);
  });

  it('keeps the timestamp that it has when another one of the same version is served', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    await visitor.refresh();
    const held = visitor.trusted('timestamp');
    repository.timestamp.meta['snapshot.json'] = { version: 100 };
    repository.published.delete('timestamp');
    publish(repository, 'timestamp');
    expect(latest(repository, 'timestamp')).not.toEqual(held);
    expect(await visitor.refresh()).toBeUndefined();
    expect(repository.asked.at(-1)).toBe('timestamp.json');
    expect(visitor.trusted('timestamp')).toEqual(held);
  });

  it('follows many roots, one by one', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    for (let version = 2; version <= 20; version += 1) publish(repository, 'root');
    expect(await visitor.refresh()).toBeUndefined();
    expect(repository.asked.filter((name) => name.endsWith('.root.json'))).toEqual(
      Array.from({ length: 20 }, (_, index) => `${index + 2}.root.json`),
    );
    expect(visitor.versions()['root']).toBe(20);
  });

  it('stops without a snapshot that the timestamp names', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    await visitor.refresh();
    repository.timestamp.meta['snapshot.json'] = { version: 2 };
    publish(repository, 'timestamp');
    expect(await visitor.refresh()).toMatchObject({ code: 'MISSING' });
    expect(repository.asked.at(-1)).toBe('2.snapshot.json');
    expect(visitor.versions()).toEqual({ root: 1, snapshot: 1, targets: 1, timestamp: 2 });
  });

  it('stops without the targets that the snapshot names', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    await visitor.refresh();
    repository.snapshot.meta['targets.json'] = { version: 2 };
    publish(repository, 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toMatchObject({ code: 'MISSING' });
    expect(repository.asked.at(-1)).toBe('2.targets.json');
    expect(visitor.versions()).toEqual({ root: 1, snapshot: 2, targets: 1, timestamp: 2 });
  });

  it('stops without a timestamp', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    await visitor.refresh();
    repository.published.delete('timestamp');
    expect(await visitor.refresh()).toMatchObject({ code: 'MISSING' });
    expect(repository.asked.at(-1)).toBe('timestamp.json');
  });
});

describe('fields that the specification does not know', () => {
  it('are part of what is signed: in a document, in a key, in a role', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    const signer = createSigner();
    signer.key['note'] = { a: 1, b: [2] };
    signer.keyid = idOf(signer.key);
    repository.root['remark'] = 'anything';
    repository.root.roles.root['remark'] = 'anything';
    addSigner(repository, 'root', signer);
    publish(repository, 'root');
    expect(await visitor.refresh()).toBeUndefined();
    expect(visitor.versions()['root']).toBe(2);

    publish(repository, 'root');
    const altered = Buffer.from(latest(repository, 'root')).toString().replace('anything', 'something');
    replaceLatest(repository, 'root', Buffer.from(altered));
    expect(await visitor.refresh()).toMatchObject({ code: 'SIGNATURE' });
    expect(visitor.versions()['root']).toBe(2);
  });

  it('mean nothing, also where they once did: keyid_hash_algorithms', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    const signer = createSigner();
    signer.key['keyid_hash_algorithms'] = 'md5';
    signer.keyid = idOf(signer.key);
    repository.root.roles.snapshot.keyids = [];
    repository.signers.set('snapshot', [signer]);
    nameKey(repository, 'snapshot', signer);
    publish(repository, 'root', 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toBeUndefined();
    expect(visitor.versions()).toMatchObject({ root: 2, snapshot: 2 });
  });
});
