import { describe, expect, it } from 'vitest';
import { createRepository, dayFromNow, publish, repositoryTime, timeOf } from './conformance/repository.ts';
import { createVisitor } from './conformance/visitor.ts';

// TUF specification 1.0, 5.3.10, 5.4.4, 5.5.6, 5.6.5: expired metadata ends a refresh at the role that it is of.

const refreshed = async () => {
  const repository = createRepository();
  const visitor = createVisitor(repository);
  expect(await visitor.refresh()).toBeUndefined();
  return { repository, visitor };
};

const past = timeOf(dayFromNow(-5));

describe('expired metadata', () => {
  it('an expired root is kept, and nothing below it moves', async () => {
    const { repository, visitor } = await refreshed();
    publish(repository, 'root');
    expect(await visitor.refresh()).toBeUndefined();
    repository.root.expires = past;
    publish(repository, 'root', 'targets', 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toMatchObject({ code: 'EXPIRED' });
    expect(visitor.versions()).toEqual({ root: 3, snapshot: 1, targets: 1, timestamp: 1 });
  });

  it('an expired root that is followed by a good one is only a step', async () => {
    const { repository, visitor } = await refreshed();
    repository.root.expires = past;
    publish(repository, 'root');
    repository.root.expires = timeOf(dayFromNow(9));
    publish(repository, 'root');
    expect(await visitor.refresh()).toBeUndefined();
    expect(visitor.versions()['root']).toBe(3);
  });

  it('timestamp', async () => {
    const { repository, visitor } = await refreshed();
    repository.timestamp.expires = past;
    publish(repository, 'timestamp');
    expect(await visitor.refresh()).toMatchObject({ code: 'EXPIRED' });
    expect(visitor.versions()).toEqual({ root: 1, snapshot: 1, targets: 1, timestamp: 1 });
  });

  it('snapshot', async () => {
    const { repository, visitor } = await refreshed();
    repository.snapshot.expires = past;
    publish(repository, 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toMatchObject({ code: 'EXPIRED' });
    expect(visitor.versions()).toEqual({ root: 1, snapshot: 1, targets: 1, timestamp: 2 });
  });

  it('targets', async () => {
    const { repository, visitor } = await refreshed();
    repository.targets.targets.expires = past;
    publish(repository, 'targets', 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toMatchObject({ code: 'EXPIRED' });
    expect(visitor.versions()).toEqual({ root: 1, snapshot: 2, targets: 1, timestamp: 2 });
  });
});

describe('metadata that expires while it is held', () => {
  it('holds to its last second and no longer', async () => {
    for (const role of ['root', 'timestamp', 'snapshot', 'targets'] as const) {
      const repository = createRepository();
      const document = role === 'targets' ? repository.targets.targets : repository[role];
      document.expires = timeOf(dayFromNow(7));
      publish(repository, 'root', 'targets', 'snapshot', 'timestamp');
      const visitor = createVisitor(repository);
      expect(await visitor.refresh(new Date(dayFromNow(7).getTime() - 1000))).toBeUndefined();
      expect(await visitor.refresh(dayFromNow(7))).toMatchObject({ code: 'EXPIRED' });
    }
  });

  it('a held root may lead on to a newer one', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    repository.root.expires = timeOf(dayFromNow(7));
    publish(repository, 'root');
    expect(await visitor.refresh()).toBeUndefined();
    repository.root.expires = timeOf(dayFromNow(21));
    publish(repository, 'root');
    expect(await visitor.refresh(dayFromNow(18))).toBeUndefined();
    expect(visitor.versions()['root']).toBe(3);
  });

  it('a held timestamp may lead on to a newer one', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    repository.timestamp.expires = timeOf(dayFromNow(7));
    publish(repository, 'timestamp');
    expect(await visitor.refresh()).toBeUndefined();
    repository.timestamp.expires = timeOf(dayFromNow(21));
    publish(repository, 'targets', 'snapshot', 'timestamp');
    expect(await visitor.refresh(dayFromNow(18))).toBeUndefined();
    expect(visitor.versions()).toEqual({ root: 1, snapshot: 2, targets: 2, timestamp: 3 });
  });

  it('still guards against older versions', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    repository.timestamp.expires = timeOf(dayFromNow(7));
    publish(repository, 'timestamp', 'timestamp');
    expect(await visitor.refresh()).toBeUndefined();
    repository.timestamp.expires = timeOf(dayFromNow(21));
    repository.timestamp.version = 1;
    publish(repository, 'timestamp');
    expect(await visitor.refresh(dayFromNow(18))).toMatchObject({ code: 'ROLLBACK' });
    expect(visitor.versions()['timestamp']).toBe(3);
  });

  it('a snapshot and targets that expired are replaced by what the timestamp leads to', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    repository.snapshot.expires = timeOf(dayFromNow(7));
    repository.targets.targets.expires = timeOf(dayFromNow(7));
    publish(repository, 'targets', 'snapshot', 'timestamp');
    expect(await visitor.refresh(repositoryTime)).toBeUndefined();
    repository.snapshot.expires = timeOf(dayFromNow(29));
    repository.targets.targets.expires = timeOf(dayFromNow(29));
    publish(repository, 'targets', 'snapshot', 'timestamp');
    expect(await visitor.refresh(dayFromNow(18))).toBeUndefined();
    expect(visitor.versions()).toEqual({ root: 1, snapshot: 3, targets: 3, timestamp: 3 });
  });
});
