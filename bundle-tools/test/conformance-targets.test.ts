import { describe, expect, it } from 'vitest';
import { addTarget, createRepository, publish } from './conformance/repository.ts';
import { createVisitor } from './conformance/visitor.ts';

// TUF specification 1.0, 5.7: a target is what its role lists, or it is not brought at all.

const withTargets = (targets: Record<string, string>) => {
  const repository = createRepository();
  for (const [path, content] of Object.entries(targets)) addTarget(repository, 'targets', path, content);
  publish(repository, 'targets', 'snapshot', 'timestamp');
  return { repository, visitor: createVisitor(repository) };
};

describe('a target', () => {
  it('is brought by a download and not by a refresh', async () => {
    const { visitor } = withTargets({ 'file.txt': 'content' });
    expect(await visitor.refresh()).toBeUndefined();
    expect(visitor.brought()).toEqual({});
    expect(await visitor.download('file.txt')).toBeUndefined();
    expect(visitor.brought()).toEqual({ 'file.txt': 'content' });
  });

  it('may lie in folders, and its hash is part of its address', async () => {
    const { repository, visitor } = withTargets({ 'a/b c/file.txt': 'content' });
    expect(await visitor.download('a/b c/file.txt')).toBeUndefined();
    expect(visitor.brought()).toEqual({ 'a/b c/file.txt': 'content' });
    const { sha256 } = repository.targets.targets.targets['a/b c/file.txt']?.hashes ?? {};
    expect(repository.askedTargets).toEqual([`a/b%20c/${sha256}.file.txt`]);
  });

  it('has a plain address where the root has no consistent snapshots', async () => {
    const { repository, visitor } = withTargets({ 'a/file.txt': 'content' });
    repository.root.consistent_snapshot = false;
    publish(repository, 'root');
    expect(await visitor.download('a/file.txt')).toBeUndefined();
    expect(repository.askedTargets).toEqual(['a/file.txt']);
  });

  it('may be empty', async () => {
    const { visitor } = withTargets({ nothing: '' });
    expect(await visitor.download('nothing')).toBeUndefined();
    expect(visitor.brought()).toEqual({ nothing: '' });
  });

  it('is not fetched again while it is what the role lists', async () => {
    const { repository, visitor } = withTargets({ 'file.txt': 'content' });
    expect(await visitor.download('file.txt')).toBeUndefined();
    expect(await visitor.download('file.txt')).toBeUndefined();
    expect(repository.askedTargets).toHaveLength(1);
  });

  it('with other bytes is not brought, and what was brought stays', async () => {
    const { repository, visitor } = withTargets({ one: 'first', two: 'second' });
    expect(await visitor.download('one')).toBeUndefined();
    repository.contents.set('one', Buffer.from('fake!'));
    repository.contents.set('two', Buffer.from('faked!'));
    expect(await visitor.download('one')).toBeUndefined();
    expect(await visitor.download('two')).toMatchObject({ code: 'HASH' });
    expect(visitor.brought()).toEqual({ one: 'first' });
  });

  it.each(['secon', 'second.'])('with another length (%s) is not brought', async (content) => {
    const { repository, visitor } = withTargets({ two: 'second' });
    repository.contents.set('two', Buffer.from(content));
    expect(await visitor.download('two')).toMatchObject({ code: 'HASH' });
    expect(visitor.brought()).toEqual({});
  });

  it('that is absent ends the download, and what came before it stays', async () => {
    const { repository, visitor } = withTargets({ one: 'first', two: 'second', three: 'third' });
    repository.contents.delete('two');
    expect(await visitor.download('one', 'two', 'three')).toMatchObject({ code: 'MISSING' });
    expect(visitor.brought()).toEqual({ one: 'first' });
  });

  it('follows its list through many versions, some of them unseen, and never a fake between', async () => {
    const { repository, visitor } = withTargets({ file: 'content' });
    expect(await visitor.download('file')).toBeUndefined();
    const expected: Record<string, string> = { file: 'content' };
    for (let round = 0; round < 11; round += 1) {
      addTarget(repository, 'targets', 'file', `content ${round}`);
      addTarget(repository, 'targets', `new ${round}`, `new content ${round}`);
      publish(repository, 'targets', 'snapshot', 'timestamp');
      if (round % 5 !== 0) continue;
      expect(await visitor.download('file', `new ${round}`)).toBeUndefined();
      expected['file'] = `content ${round}`;
      expected[`new ${round}`] = `new content ${round}`;
      expect(visitor.brought()).toEqual(expected);
      repository.contents.set('file', Buffer.from(`malice ${round}`));
      publish(repository, 'targets', 'snapshot', 'timestamp');
      expect(await visitor.download('file')).toBeUndefined();
      expect(visitor.brought()).toEqual(expected);
    }
  });
});

describe('the hashes of a target', () => {
  it.each([[['sha256']], [['sha512']], [['sha256', 'sha512']], [['sha512', 'sha256']]])('%j', async (algorithms) => {
    const repository = createRepository();
    addTarget(repository, 'targets', 'file', 'content', algorithms);
    publish(repository, 'targets', 'snapshot', 'timestamp');
    const visitor = createVisitor(repository);
    expect(await visitor.download('file')).toBeUndefined();
    const hashes = Object.values(repository.targets.targets.targets['file']?.hashes ?? {});
    expect(hashes.map((hash) => `${hash}.file`)).toContain(repository.askedTargets[0]);
    expect(visitor.brought()).toEqual({ file: 'content' });
  });

  it('must all hold', async () => {
    const repository = createRepository();
    addTarget(repository, 'targets', 'file', 'content', ['sha256', 'sha512']);
    const listed = repository.targets.targets.targets['file'];
    if (listed !== undefined) listed.hashes['sha512'] = '0'.repeat(128);
    publish(repository, 'targets', 'snapshot', 'timestamp');
    expect(await createVisitor(repository).download('file')).toMatchObject({ code: 'HASH' });
  });

  it.each([[{}], [{ md5: '9a0364b9e99bb480dd25e1f0284c8555' }], [{ 'no-such-hash': '00' }], [{ sha256: 'ABCDEF' }]])(
    '%j: none that means anything, so nobody trusts the list',
    async (hashes) => {
      const repository = createRepository();
      addTarget(repository, 'targets', 'file', 'content');
      repository.targets.targets.targets['file'] = { length: 7, hashes };
      publish(repository, 'targets', 'snapshot', 'timestamp');
      const visitor = createVisitor(repository);
      expect(await visitor.download('file')).toMatchObject({ code: 'METADATA' });
      expect(visitor.brought()).toEqual({});
      expect(visitor.trusted('targets')).toBeUndefined();
    },
  );
});
