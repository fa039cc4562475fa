import { describe, expect, it } from 'vitest';
import { addTarget, createRepository, delegate, publish, type Repository } from './conformance/repository.ts';
import { createVisitor } from './conformance/visitor.ts';

// TUF specification 1.0, 5.6.7: delegations are searched depth first, in the order of each delegator, each role once.
// The exchange itself delegates to nobody but the key holder `fulfil`; what the core verifies on the way is the same.

type Edge = [delegator: string, role: string, options?: { paths?: string[]; terminating?: boolean }];

const withEdges = (edges: readonly Edge[], targets: readonly [role: string, path: string][] = []): Repository => {
  const repository = createRepository();
  const changed = new Set<string>();
  for (const [delegator, role, options] of edges) {
    delegate(repository, delegator, role, options);
    changed.add(role).add(delegator);
  }
  for (const [role, path] of targets) addTarget(repository, role, path, `${path} by ${role}`);
  publish(repository, ...changed, 'snapshot', 'timestamp');
  return repository;
};

const searched = (repository: Repository): string[] =>
  repository.asked.slice(4).map((name) => decodeURIComponent(name).replace(/^1\.(.*)\.json$/s, '$1'));

const python = { paths: ['*.py'] };
const last = { terminating: true };

const graphs: [string, Edge[], string[]][] = [
  ['one role', [['targets', 'A']], ['A']],
  [
    'two roles of one delegator',
    [
      ['targets', 'A'],
      ['targets', 'B'],
    ],
    ['A', 'B'],
  ],
  [
    'a role below the second',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['B', 'C'],
    ],
    ['A', 'B', 'C'],
  ],
  [
    'two roles below the first',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['A', 'C'],
      ['A', 'D'],
    ],
    ['A', 'C', 'D', 'B'],
  ],
  [
    'a chain below the first',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['A', 'C'],
      ['C', 'D'],
    ],
    ['A', 'C', 'D', 'B'],
  ],
  [
    'an end at C',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['A', 'C', last],
      ['A', 'D'],
    ],
    ['A', 'C'],
  ],
  [
    'an end at C, and what is below it',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['A', 'C', last],
      ['C', 'D'],
    ],
    ['A', 'C', 'D'],
  ],
  [
    'a branch for other paths',
    [
      ['targets', 'A', python],
      ['targets', 'B'],
      ['A', 'C'],
    ],
    ['B'],
  ],
  [
    'a twig for other paths',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['A', 'C', python],
      ['C', 'D'],
    ],
    ['A', 'B'],
  ],
  [
    'a circle',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['B', 'C'],
      ['C', 'D'],
      ['D', 'B'],
    ],
    ['A', 'B', 'C', 'D'],
  ],
  [
    'a role that delegates to itself',
    [
      ['targets', 'A'],
      ['A', 'A'],
      ['targets', 'B'],
    ],
    ['A', 'B'],
  ],
  [
    'two ways to a role',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['B', 'C'],
      ['A', 'C'],
    ],
    ['A', 'C', 'B'],
  ],
  [
    'two ways to a role, one for other paths',
    [
      ['targets', 'A'],
      ['targets', 'B'],
      ['B', 'C'],
      ['A', 'C', python],
    ],
    ['A', 'B', 'C'],
  ],
];

describe('the order of a search', () => {
  it.each(graphs)('%s', async (_name, edges, order) => {
    const repository = withEdges(edges);
    const visitor = createVisitor(repository);
    expect(await visitor.download('nowhere')).toMatchObject({ code: 'NOT_FOUND' });
    expect(searched(repository)).toEqual(order);
    for (const role of order) expect(visitor.trusted(role)).toEqual(repository.published.get(role)?.[0]);
  });

  it('ends in a refusal where there are roles without end', async () => {
    const edges = Array.from(
      { length: 70 },
      (_, index): Edge => [index === 0 ? 'targets' : `r${index}`, `r${index + 1}`],
    );
    const repository = withEdges(edges);
    expect(await createVisitor(repository).download('nowhere')).toMatchObject({ code: 'LIMIT' });
    expect(searched(repository)).toHaveLength(63);
  });
});

describe('the role that a target is found in', () => {
  const edges: Edge[] = [
    ['targets', 'A', { paths: ['*.doc', '*.md', 'foo-?.tgz'] }],
    ['targets', 'B', { paths: ['releases/*/*'] }],
    ['B', 'C', { paths: ['releases/x/*'] }],
    ['B', 'D', { paths: ['releases/y/*.zip'] }],
  ];
  const targets: [string, string][] = [
    ['targets', 'top'],
    ['A', 'README.md'],
    ['A', 'releases/README.md'],
    ['A', 'foo-1.tgz'],
    ['A', 'foo-alpha.tgz'],
    ['C', 'releases/x/x1'],
    ['D', 'releases/y/y1.zip'],
    ['D', 'releases/z/z1.zip'],
  ];

  it.each([
    ['top', 'targets', []],
    ['README.md', 'A', ['A']],
    ['releases/x/x1', 'C', ['B', 'C']],
    ['releases/y/y1.zip', 'D', ['B', 'D']],
    ['foo-1.tgz', 'A', ['A']],
  ])('%s: in %s', async (path, role, order) => {
    const repository = withEdges(edges, targets);
    const visitor = createVisitor(repository);
    expect(await visitor.download(path)).toBeUndefined();
    expect(visitor.brought()).toEqual({ [path]: `${path} by ${role}` });
    expect(searched(repository)).toEqual(order);
  });

  it.each([
    ['not delegated all along the way', 'releases/z/z1.zip', ['B']],
    ['a star stops at a slash', 'releases/README.md', []],
    ['a question mark is one character', 'foo-alpha.tgz', []],
    ['case counts', 'README.MD', []],
  ])('%s: %s is nowhere', async (_name, path, order) => {
    const repository = withEdges(edges, targets);
    const visitor = createVisitor(repository);
    expect(await visitor.download(path)).toMatchObject({ code: 'NOT_FOUND' });
    expect(visitor.brought()).toEqual({});
    expect(searched(repository)).toEqual(order);
  });

  it('is the first on the way, though others list it too', async () => {
    const repository = withEdges(
      [
        ['targets', 'A'],
        ['targets', 'B'],
        ['A', 'C'],
      ],
      [
        ['B', 'x'],
        ['C', 'x'],
      ],
    );
    const visitor = createVisitor(repository);
    addTarget(repository, 'C', 'x', 'x by C');
    expect(await visitor.download('x')).toBeUndefined();
    expect(visitor.brought()).toEqual({ x: 'x by C' });
  });
});

describe('a delegated role', () => {
  const release = async (signOfB: boolean) => {
    const repository = createRepository();
    delegate(repository, 'targets', 'left', { paths: ['left/*'] });
    delegate(repository, 'targets', 'right', { paths: ['right/*'] });
    const ofLeft = delegate(repository, 'left', 'release', { paths: ['left/*'] });
    const ofRight = delegate(repository, 'right', 'release', { paths: ['right/*'] });
    repository.signers.set('release', signOfB ? [ofLeft, ofRight] : [ofLeft]);
    addTarget(repository, 'release', 'left/file', 'for the left');
    addTarget(repository, 'release', 'right/file', 'for the right');
    publish(repository, 'release', 'left', 'right', 'targets', 'snapshot', 'timestamp');
    return repository;
  };

  it('that two delegators name must satisfy the one on the way, whatever the other believed', async () => {
    const visitor = createVisitor(await release(false));
    expect(await visitor.download('left/file', 'right/file')).toMatchObject({ code: 'SIGNATURE' });
    expect(visitor.brought()).toEqual({ 'left/file': 'for the left' });
  });

  it('that satisfies both is good on both ways', async () => {
    const repository = await release(true);
    const visitor = createVisitor(repository);
    expect(await visitor.download('left/file', 'right/file')).toBeUndefined();
    expect(visitor.brought()).toEqual({ 'left/file': 'for the left', 'right/file': 'for the right' });
    expect(searched(repository)).toEqual(['left', 'release', 'right']);
  });

  it('that the snapshot does not list is not even asked for', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    delegate(repository, 'targets', 'shelf', { paths: ['shelf/*'] });
    publish(repository, 'shelf', 'targets');
    delete repository.snapshot.meta['shelf.json'];
    publish(repository, 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toBeUndefined();
    repository.asked.length = 0;
    expect(await visitor.download('shelf/a')).toMatchObject({ code: 'METADATA' });
    expect(repository.asked).toEqual(['2.root.json', 'timestamp.json']);
    expect(visitor.trusted('shelf')).toBeUndefined();
  });

  it('without enough signatures is refused', async () => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    delegate(repository, 'targets', 'shelf');
    repository.signers.set('shelf', repository.signers.get('targets') ?? []);
    addTarget(repository, 'shelf', 'a', 'content');
    publish(repository, 'shelf', 'targets', 'snapshot', 'timestamp');
    expect(await visitor.download('a')).toMatchObject({ code: 'SIGNATURE' });
    expect(visitor.trusted('shelf')).toBeUndefined();
  });

  it.each(['root', 'timestamp', 'snapshot', 'targets'])('cannot be called %s', async (name) => {
    const repository = createRepository();
    const visitor = createVisitor(repository);
    delegate(repository, 'targets', 'shelf');
    for (const role of repository.targets.targets.delegations?.roles ?? []) role.name = name;
    publish(repository, 'targets', 'snapshot', 'timestamp');
    expect(await visitor.refresh()).toMatchObject({ code: 'METADATA' });
  });

  it.each(['?', '#', '/shelf', '../shelf', 'a b', '%2e%2e', 'ключ'])('may be called %s', async (name) => {
    const repository = withEdges([['targets', name]]);
    const visitor = createVisitor(repository);
    expect(await visitor.download('nowhere')).toMatchObject({ code: 'NOT_FOUND' });
    expect(repository.asked.at(-1)).toBe(`1.${encodeURIComponent(name)}.json`);
    expect(Object.keys(visitor.versions())).toHaveLength(5);
    expect(visitor.trusted(name)).toBeDefined();
  });

  it('is asked for once: what is trusted is not fetched again', async () => {
    const repository = withEdges(
      [['targets', 'A']],
      [
        ['A', 'x'],
        ['A', 'y'],
      ],
    );
    const visitor = createVisitor(repository);
    expect(await visitor.download('x', 'y')).toBeUndefined();
    expect(await visitor.download('y')).toBeUndefined();
    expect(repository.asked.filter((name) => name === '1.A.json')).toHaveLength(1);
  });
});
