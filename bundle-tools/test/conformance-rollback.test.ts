import { describe, expect, it } from 'vitest';
import {
  addTarget,
  createRepository,
  delegate,
  publish,
  type Repository,
  rotateKey,
  withdraw,
} from './conformance/repository.ts';
import { createVisitor } from './conformance/visitor.ts';

// TUF specification 1.0, 5.4.3, 5.5.5: versions go up; and 5.3.11: new keys are the one way back down.

const publishTimes = (repository: Repository, role: string, times: number): void => {
  for (let time = 0; time < times; time += 1) publish(repository, role);
};

describe('an older version is refused', () => {
  it('of the timestamp', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    publish(repository, 'timestamp');
    expect(await visitor.refresh()).toBeUndefined();
    withdraw(repository, 'timestamp', 1);
    publish(repository, 'timestamp');
    expect(await visitor.refresh()).toMatchObject({ code: 'ROLLBACK' });
    expect(visitor.versions()['timestamp']).toBe(2);
    expect(repository.asked.at(-1)).toBe('timestamp.json');
  });

  it.each([false, true])('of the snapshot, in a newer timestamp (hashes: %s)', async (withHashes) => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    repository.withHashes = withHashes;
    publish(repository, 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toBeUndefined();
    withdraw(repository, 'snapshot', 1);
    publish(repository, 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toMatchObject({ code: 'ROLLBACK' });
    expect(visitor.versions()).toMatchObject({ timestamp: 2, snapshot: 2 });
    expect(repository.asked.at(-1)).toBe('timestamp.json');
  });

  it.each([false, true])('of the targets, in a newer snapshot (hashes: %s)', async (withHashes) => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    repository.withHashes = withHashes;
    publish(repository, 'targets', 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toBeUndefined();
    withdraw(repository, 'targets', 1);
    publish(repository, 'targets', 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toMatchObject({ code: 'ROLLBACK' });
    expect(visitor.versions()).toMatchObject({ timestamp: 3, snapshot: 2, targets: 2 });
  });

  it('of a delegated role, in a newer snapshot', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    delegate(repository, 'targets', 'shelf', { paths: ['shelf/*'] });
    addTarget(repository, 'shelf', 'shelf/a', 'content');
    publishTimes(repository, 'shelf', 2);
    publish(repository, 'targets', 'snapshot', 'timestamp');
    expect(await visitor.download('shelf/a')).toBeUndefined();
    withdraw(repository, 'shelf', 1);
    publish(repository, 'shelf', 'snapshot', 'timestamp');
    expect(await visitor.download('shelf/a')).toMatchObject({ code: 'ROLLBACK' });
    expect(visitor.versions()).toMatchObject({ snapshot: 2, shelf: 2 });
  });

  it('a role does not vanish from the snapshot', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    delegate(repository, 'targets', 'shelf', { paths: ['shelf/*'] });
    publish(repository, 'shelf', 'targets', 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toBeUndefined();
    delete repository.snapshot.meta['shelf.json'];
    publish(repository, 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toMatchObject({ code: 'METADATA' });
    expect(visitor.versions()['snapshot']).toBe(2);
  });

  it('and a version may stay as it is', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    expect(await visitor.refresh()).toBeUndefined();
    publish(repository, 'timestamp');
    expect(await visitor.refresh()).toBeUndefined();
    expect(visitor.versions()).toEqual({ root: 1, snapshot: 1, targets: 1, timestamp: 2 });
    publish(repository, 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toBeUndefined();
    expect(visitor.versions()).toEqual({ root: 1, snapshot: 2, targets: 1, timestamp: 3 });
  });
});

describe('versions that a thief drove up come down with new keys', () => {
  it('of the timestamp', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    publishTimes(repository, 'timestamp', 99);
    expect(await visitor.refresh()).toBeUndefined();
    expect(visitor.versions()['timestamp']).toBe(100);
    rotateKey(repository, 'timestamp');
    withdraw(repository, 'timestamp', 1);
    publish(repository, 'root', 'timestamp');
    expect(await visitor.refresh()).toBeUndefined();
    expect(visitor.versions()['timestamp']).toBe(1);
  });

  it('of the snapshot, with the keys of the timestamp too', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    publishTimes(repository, 'snapshot', 99);
    publish(repository, 'timestamp');
    expect(await visitor.refresh()).toBeUndefined();
    expect(visitor.versions()['snapshot']).toBe(100);
    rotateKey(repository, 'snapshot');
    rotateKey(repository, 'timestamp');
    withdraw(repository, 'snapshot', 1);
    publish(repository, 'root', 'targets', 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toBeUndefined();
    expect(visitor.versions()['snapshot']).toBe(1);
  });

  it('of the snapshot not with its own keys alone: the timestamp remembers', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    publishTimes(repository, 'snapshot', 9);
    publish(repository, 'timestamp');
    expect(await visitor.refresh()).toBeUndefined();
    rotateKey(repository, 'snapshot');
    withdraw(repository, 'snapshot', 1);
    publish(repository, 'root', 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toMatchObject({ code: 'ROLLBACK' });
  });

  it('of the targets, and a role may vanish, with a new key of the snapshot', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    delegate(repository, 'targets', 'shelf', { paths: ['shelf/*'] });
    publish(repository, 'shelf');
    publishTimes(repository, 'targets', 99);
    publish(repository, 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toBeUndefined();
    expect(visitor.versions()['targets']).toBe(100);
    rotateKey(repository, 'snapshot');
    withdraw(repository, 'targets', 1);
    publish(repository, 'root', 'targets');
    delete repository.snapshot.meta['shelf.json'];
    publish(repository, 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toBeUndefined();
    expect(visitor.versions()['targets']).toBe(1);
  });

  it('of the root never', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    publishTimes(repository, 'root', 3);
    expect(await visitor.refresh()).toBeUndefined();
    const [first] = repository.published.get('root') ?? [];
    repository.published.set('root', [...(repository.published.get('root') ?? []), first ?? new Uint8Array()]);
    expect(await visitor.refresh()).toMatchObject({ code: 'ROOT_CHAIN' });
    expect(visitor.versions()['root']).toBe(4);
  });
});
