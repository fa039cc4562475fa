import { describe, expect, it } from 'vitest';
import { addTarget, createRepository, delegate, latest, publish, replaceLatest } from './conformance/repository.ts';
import { createVisitor } from './conformance/visitor.ts';

// TUF specification 1.0, 5.5.2 and 5.6.2: where a file is listed with a hash or a length, no other bytes will do.

const hashed = async () => {
  const repository = createRepository();
  const visitor = createVisitor(repository);
  repository.withHashes = true;
  publish(repository, 'targets', 'snapshot', 'timestamp');
  expect(await visitor.refresh()).toBeUndefined();
  return { repository, visitor };
};

const zero = '0'.repeat(64);

describe('metadata that is listed with hashes and lengths', () => {
  it('is taken when they hold', async () => {
    const { visitor } = await hashed();
    expect(visitor.versions()).toEqual({ root: 1, snapshot: 2, targets: 2, timestamp: 2 });
  });

  it('snapshot with another hash', async () => {
    const { repository, visitor } = await hashed();
    publish(repository, 'snapshot');
    repository.timestamp.meta['snapshot.json'] = { version: 3, hashes: { sha256: zero } };
    publish(repository, 'timestamp');
    expect(await visitor.refresh()).toMatchObject({ code: 'HASH' });
    expect(visitor.versions()).toMatchObject({ timestamp: 3, snapshot: 2 });
  });

  it('targets with another hash', async () => {
    const { repository, visitor } = await hashed();
    publish(repository, 'targets');
    repository.snapshot.meta['targets.json'] = { version: 3, hashes: { sha256: zero } };
    publish(repository, 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toMatchObject({ code: 'HASH' });
    expect(visitor.versions()).toMatchObject({ snapshot: 3, targets: 2 });
  });

  it('a hash by an algorithm that nobody knows', async () => {
    const { repository, visitor } = await hashed();
    publish(repository, 'targets');
    repository.snapshot.meta['targets.json'] = { version: 3, hashes: { 'no-such-hash': zero } };
    publish(repository, 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toMatchObject({ code: 'HASH' });
  });

  it.each([-1, 1])('a length that is off by %d', async (difference) => {
    for (const role of ['snapshot', 'targets']) {
      const { repository, visitor } = await hashed();
      publish(repository, role);
      const list = role === 'targets' ? repository.snapshot : repository.timestamp;
      list.meta[`${role}.json`] = { version: 3, length: latest(repository, role).length + difference };
      if (role === 'targets') publish(repository, 'snapshot');
      publish(repository, 'timestamp');
      // More than was announced is not even read to its end.
      expect(await visitor.refresh()).toMatchObject({ code: difference < 0 ? 'LIMIT' : 'HASH' });
      expect(visitor.versions()[role]).toBe(2);
    }
  });

  it('the same document in other bytes', async () => {
    const { repository, visitor } = await hashed();
    publish(repository, 'targets', 'snapshot', 'timestamp');
    replaceLatest(repository, 'targets', Buffer.concat([latest(repository, 'targets'), Buffer.from('\n')]));
    expect(await visitor.refresh()).toMatchObject({ code: 'LIMIT' });
    expect(visitor.versions()).toMatchObject({ snapshot: 3, targets: 2 });
  });

  it('a delegated role with another hash', async () => {
    const { repository, visitor } = await hashed();
    delegate(repository, 'targets', 'shelf');
    addTarget(repository, 'shelf', 'a', 'content');
    publish(repository, 'shelf', 'targets');
    const listed = repository.snapshot.meta['shelf.json'];
    repository.snapshot.meta['shelf.json'] = { version: 1, hashes: { sha256: zero } };
    publish(repository, 'snapshot', 'timestamp');
    expect(await visitor.download('a')).toMatchObject({ code: 'HASH' });
    expect(visitor.trusted('shelf')).toBeUndefined();
    if (listed !== undefined) repository.snapshot.meta['shelf.json'] = listed;
    publish(repository, 'snapshot', 'timestamp');
    expect(await visitor.download('a')).toBeUndefined();
    expect(visitor.brought()).toEqual({ a: 'content' });
  });
});

describe('the size of a file', () => {
  it.each([
    ['root', 512_000],
    ['timestamp', 16_384],
    ['snapshot', 2_000_000],
    ['targets', 5_000_000],
  ])('of %s ends at %d bytes', async (role, maxBytes) => {
    for (const over of [0, 1]) {
      const repository = createRepository();
      const visitor = createVisitor(repository);
      publish(repository, 'root', 'targets', 'snapshot', 'timestamp');
      const bytes = latest(repository, role);
      replaceLatest(repository, role, Buffer.concat([bytes, Buffer.alloc(maxBytes + over - bytes.length, ' ')]));
      const outcome = await visitor.refresh();
      if (over === 0) expect(outcome).toBeUndefined();
      else expect(outcome).toMatchObject({ code: 'LIMIT' });
    }
  });

  it('and a chain of roots at 256 steps', async () => {
    for (const over of [0, 1]) {
      const repository = createRepository();
      const visitor = createVisitor(repository);
      for (let step = 0; step < 256 + over; step += 1) publish(repository, 'root');
      const outcome = await visitor.refresh();
      if (over === 0) expect(outcome).toBeUndefined();
      else expect(outcome).toMatchObject({ code: 'LIMIT' });
      expect(visitor.versions()['root']).toBe(257);
    }
  });
});
