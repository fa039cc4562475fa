import {
  bytesOf,
  createExchange,
  createKeys,
  type Exchange,
  type Fields,
  filesOf,
  type Keys,
  type ListPart,
  rootPart,
} from './exchange.ts';
import { createSigner, idOf, type Signer } from './signers.ts';
import type { Case } from './spoiled-files.ts';

// What can be wrong between files: lists, keys, chains of roots, and what the site held before.

const zero = '0'.repeat(64);

type Entry = Parameters<ListPart['bind']>[0];
type Listing = [name: string, bind: (entry: Entry) => unknown, differ?: string];

const listings: Listing[] = [
  ['another hash', (entry) => ({ ...entry, hashes: { sha256: zero } })],
  ['the hash in capitals', (entry) => ({ ...entry, hashes: { sha256: entry.hashes['sha256']?.toUpperCase() } })],
  ['one hash more, wrong', (entry) => ({ ...entry, hashes: { ...entry.hashes, sha512: zero + zero } })],
  ['one hash more, unknown', (entry) => ({ ...entry, hashes: { ...entry.hashes, 'no-such-hash': '00' } })],
  ['a hash that is a number', (entry) => ({ ...entry, hashes: { sha256: 1 } })],
  ['hashes as a list', (entry) => ({ ...entry, hashes: [entry.hashes] })],
  ['a byte less', (entry) => ({ ...entry, length: entry.length - 1 })],
  ['a byte more', (entry) => ({ ...entry, length: entry.length + 1 })],
  ['less than no byte', (entry) => ({ ...entry, length: -1 })],
  ['a length in text', (entry) => ({ ...entry, length: String(entry.length) })],
  ['the next version', (entry) => ({ ...entry, version: entry.version + 1 })],
  ['the version before', (entry) => ({ ...entry, version: entry.version - 1 })],
  ['version 0', (entry) => ({ ...entry, version: 0 })],
  ['no version', ({ length, hashes }) => ({ length, hashes })],
  ['null', () => null],
  ['nothing', () => undefined],
  ['a field that nobody knows', (entry) => ({ ...entry, remark: 'anything' })],
  ['no hash', ({ version, length }) => ({ version, length }), 'guard 5: the exchange lists each file with its hash'],
  ['no hash in the list', (entry) => ({ ...entry, hashes: { md5: zero.slice(32) } })],
  [
    'no length',
    ({ version, hashes }) => ({ version, hashes }),
    'guard 5: the exchange lists each file with its length',
  ],
  ['a version alone', ({ version }) => ({ version }), 'guard 5: the exchange lists each file with hash and length'],
];

const listingCases: Case[] = (['timestamp', 'snapshot'] as const).flatMap((role) =>
  listings.map(([name, bind, differ]) => ({
    name: `${role} lists its file with ${name}`,
    change: (exchange) => {
      exchange[role].bind = bind;
    },
    ...(differ === undefined ? {} : { differ }),
  })),
);

const target = (name: string, path: string, value: unknown, differ?: string): Case => ({
  name: `targets: ${name}`,
  change: ({ targets }) => {
    targets.signed.targets[path] = value as Fields;
  },
  ...(differ === undefined ? {} : { differ }),
});

const good = { length: 1, hashes: { sha256: zero } };

const targetCases: Case[] = [
  target('a second one', 'catalog/1/inventory.jsonl', good),
  target('beyond ASCII', 'каталог/🔑', good),
  target('an empty path', '', good),
  target('with a field that nobody knows', 'a', { ...good, custom: { a: 1 } }),
  target('two hashes', 'a', { length: 1, hashes: { sha256: zero, sha512: zero + zero } }),
  target('without hashes', 'a', { length: 1 }),
  target('no hash', 'a', { length: 1, hashes: {} }),
  target('a hash that is null', 'a', { length: 1, hashes: { sha256: null } }),
  target('less than no byte', 'a', { length: -1, hashes: { sha256: zero } }),
  target('a length in text', 'a', { length: '1', hashes: { sha256: zero } }),
  target('without a length', 'a', { hashes: { sha256: zero } }),
  target('null', 'a', null),
  target('md5 alone', 'a', { length: 1, hashes: { md5: zero.slice(32) } }, 'guard 3: md5 proves nothing'),
  target('sha512 alone', 'a', { length: 1, hashes: { sha512: zero + zero } }, 'guard 3: the exchange names SHA-256'),
  target('a hash that is too short', 'a', { length: 1, hashes: { sha256: '00' } }, 'guard 3: this can be no SHA-256'),
  {
    name: 'targets: more than 500',
    change: ({ targets }) => {
      for (let index = 0; index < 500; index += 1) targets.signed.targets[`t${index}`] = good;
    },
    differ: 'guard 5: at most 500 targets',
  },
  {
    name: 'targets: none',
    change: ({ targets }) => {
      targets.signed.targets = {};
    },
  },
  {
    name: 'targets: a list',
    change: ({ targets }) => {
      targets.signed['targets'] = [] as never;
    },
  },
];

type Delegations = { keys: Record<string, Fields>; roles: (Fields & { keyids: string[] })[] } & Fields;

const delegation = (name: string, change: (delegations: Delegations) => void, differ?: string): Case => ({
  name: `delegation: ${name}`,
  change: ({ targets }) => {
    change(targets.signed.delegations as Delegations);
  },
  ...(differ === undefined ? {} : { differ }),
});

const onFulfil = (changes: Fields) => (delegations: Delegations) => {
  Object.assign(delegations.roles[0] ?? {}, changes);
};

const withoutField = (name: string) => (delegations: Delegations) => {
  delete delegations.roles[0]?.[name];
};

const addKey =
  (signer: Signer, keyid = signer.keyid) =>
  (delegations: Delegations) => {
    delegations.keys[keyid] = signer.key;
    delegations.roles[0]?.keyids.push(keyid);
  };

const onlyFulfil = 'guard 5: the exchange has the delegation "fulfil" and no other';

const delegationCases: Case[] = [
  delegation('a second key', addKey(createSigner())),
  delegation('a field that nobody knows', onFulfil({ remark: 'anything' })),
  delegation('other paths', onFulfil({ paths: ['a/*', 'b'] })),
  delegation('not terminating', onFulfil({ terminating: false })),
  delegation('threshold 0', onFulfil({ threshold: 0 })),
  delegation('a threshold in text', onFulfil({ threshold: '1' })),
  delegation('one key named twice', ({ roles }) => roles[0]?.keyids.push(roles[0].keyids[0] ?? '')),
  delegation('a key id that is a number', onFulfil({ keyids: [1] }), 'ids are text'),
  delegation('no key ids', withoutField('keyids')),
  delegation('no threshold', withoutField('threshold')),
  delegation('no word on terminating', withoutField('terminating')),
  delegation('neither paths nor prefixes', withoutField('paths')),
  delegation('paths and prefixes', onFulfil({ path_hash_prefixes: ['00'] })),
  delegation('paths in a text', onFulfil({ paths: 'fulfil/*' }), 'python3-tuf takes each letter for a path'),
  delegation('a path that is a number', onFulfil({ paths: [1] })),
  delegation('no name', withoutField('name')),
  delegation('called targets', onFulfil({ name: 'targets' })),
  delegation('called root', onFulfil({ name: 'root' })),
  delegation('the same role twice', ({ roles }) => roles.push(...structuredClone(roles))),
  delegation('roles are no list', (delegations) => Object.assign(delegations, { roles: {} })),
  delegation('no keys', (delegations) => Reflect.deleteProperty(delegations, 'keys')),
  delegation('keys are a list', (delegations) => Object.assign(delegations, { keys: [] })),
  delegation('a key without a type', ({ keys }) => delete Object.values(keys)[0]?.['keytype']),
  delegation('a key without a value', ({ keys }) => delete Object.values(keys)[0]?.['keyval']),
  delegation('succinct roles beside roles', (delegations) =>
    Object.assign(delegations, { succinct_roles: { keyids: [], threshold: 1, bit_length: 4, name_prefix: 'bin' } }),
  ),
  delegation('another role', ({ roles }) => roles.push({ ...roles[0], name: 'other', keyids: [] }), onlyFulfil),
  delegation('of another name', onFulfil({ name: 'other' }), onlyFulfil),
  delegation('none in the list', (delegations) => Object.assign(delegations, { roles: [] }), onlyFulfil),
  delegation('an ECDSA key', addKey(createSigner('ecdsa')), 'guard 5: the exchange signs with Ed25519'),
  delegation('a key under an id of its own choice', addKey(createSigner(), zero), 'guard 5: an id is a digest'),
  {
    name: 'delegation: none at all',
    change: ({ targets }) => {
      delete targets.signed.delegations;
    },
  },
];

const rootOf = (exchange: Exchange, version = 2) => {
  const part = exchange.roots.get(version);
  if (part === undefined) throw new Error(`no root ${version}`);
  return part as typeof part & { signed: { keys: Record<string, Fields>; roles: Record<string, Fields> } };
};

/** Cases that need the keys of the exchange. */
export const chainCases = (keys: Keys): Case[] => {
  const next = createKeys();
  const [one, two, three] = keys.root as [Signer, Signer, Signer];
  const others = { ...keys, root: next.root };
  const held = (changes: (exchange: Exchange) => void) => {
    const before = createExchange(keys);
    changes(before);
    const { timestamp, snapshot, targets } = filesOf(before);
    return { timestamp, snapshot, targets };
  };
  const versions = (version: number, ...roles: ('timestamp' | 'snapshot' | 'targets')[]) =>
    held((before) => {
      for (const role of roles) before[role].signed.version = version;
    });
  const holds = (name: string, files: Partial<ReturnType<typeof held>>, differ?: string): Case => ({
    name: `held: ${name}`,
    change: (exchange) => {
      exchange.held = { ...exchange.held, ...files };
    },
    ...(differ === undefined ? {} : { differ }),
  });
  const root = (name: string, change: (exchange: Exchange) => void, differ?: string): Case => ({
    name: `root: ${name}`,
    change,
    ...(differ === undefined ? {} : { differ }),
  });
  const onRole = (role: string, changes: Fields) => (exchange: Exchange) => {
    Object.assign(rootOf(exchange).signed.roles[role] ?? {}, changes);
  };
  const withRootKeys = (signers: Signer[]) => (exchange: Exchange) => {
    exchange.roots.set(2, rootPart(others, 2, signers));
  };
  const addTo =
    (signer: Signer, keyid = signer.keyid) =>
    (exchange: Exchange) => {
      const { signed } = rootOf(exchange);
      signed.keys[keyid] = signer.key;
      (signed.roles['timestamp'] as { keyids: string[] }).keyids.push(keyid);
    };
  const decorated = createSigner();
  decorated.key['note'] = 'anything';
  decorated.keyid = idOf(decorated.key);

  return [
    root('none newer', ({ roots }) => roots.clear()),
    root('three newer ones', ({ roots }) => roots.set(3, rootPart(keys, 3)).set(4, rootPart(keys, 4, [two, three]))),
    root('an expired one on the way', (exchange) => {
      rootOf(exchange).signed.expires = '2026-01-01T00:00:00Z';
      exchange.roots.set(3, rootPart(keys, 3));
    }),
    root('signed by one of two', (exchange) => rootOf(exchange).signers.splice(1)),
    root('signed by all three', (exchange) => rootOf(exchange).signers.push(three)),
    root('file 2 is version 3', (exchange) => Object.assign(rootOf(exchange).signed, { version: 3 })),
    root('file 2 is version 1', (exchange) => Object.assign(rootOf(exchange).signed, { version: 1 })),
    root('new keys, signed by old and new', withRootKeys([one, two, ...next.root])),
    root('new keys, signed by the old', withRootKeys([one, two])),
    root('new keys, signed by the new', withRootKeys(next.root)),
    root('new keys, signed by one old', withRootKeys([one, ...next.root])),
    root('new keys, signed by one new', withRootKeys([one, two, ...next.root.slice(0, 1)])),
    root('another timestamp key', (exchange) =>
      exchange.roots.set(2, rootPart({ ...keys, timestamp: next.timestamp }, 2)),
    ),
    root('another snapshot key', (exchange) =>
      exchange.roots.set(2, rootPart({ ...keys, snapshot: next.snapshot }, 2)),
    ),
    root('another targets key', (exchange) => exchange.roots.set(2, rootPart({ ...keys, targets: next.targets }, 2))),
    root('another timestamp key, which signs', (exchange) => {
      exchange.roots.set(2, rootPart({ ...keys, timestamp: next.timestamp }, 2));
      exchange.timestamp.signers = [next.timestamp];
    }),
    root('threshold 3, two sign', onRole('root', { threshold: 3 })),
    root('threshold 0', onRole('timestamp', { threshold: 0 })),
    root('a threshold that no keys meet', onRole('timestamp', { threshold: 2 })),
    root('one key named twice', onRole('timestamp', { keyids: [keys.timestamp.keyid, keys.timestamp.keyid] })),
    root('a key that is not there', (exchange) => delete rootOf(exchange).signed.keys[keys.timestamp.keyid]),
    root('no keys for a role', onRole('snapshot', { keyids: [] })),
    root('no role timestamp', (exchange) => delete rootOf(exchange).signed.roles['timestamp']),
    root('a role that nobody knows', (exchange) =>
      Object.assign(rootOf(exchange).signed.roles, { mirrors: { keyids: [one.keyid], threshold: 1 } }),
    ),
    root('roles are a list', (exchange) => Object.assign(rootOf(exchange).signed, { roles: [] })),
    root('keys are a list', (exchange) => Object.assign(rootOf(exchange).signed, { keys: [] })),
    root(
      'consistent snapshots are text',
      (exchange) => Object.assign(rootOf(exchange).signed, { consistent_snapshot: 'yes' }),
      'python3-tuf takes any value for true',
    ),
    root(
      'no word on consistent snapshots',
      (exchange) => delete rootOf(exchange).signed['consistent_snapshot'],
      'the exchange always has consistent snapshots',
    ),
    root(
      'no consistent snapshots',
      (exchange) => Object.assign(rootOf(exchange).signed, { consistent_snapshot: false }),
      'the exchange always has consistent snapshots: no file of another name is looked for',
    ),
    root('a second timestamp key', addTo(createSigner())),
    root('an ECDSA key', addTo(createSigner('ecdsa')), 'guard 5: the exchange signs with Ed25519'),
    root('a key under an id of its own choice', addTo(createSigner(), zero), 'guard 5: an id is a digest'),
    root('a key with a note', addTo(decorated), 'guard 5: an id is the digest of type, scheme and value'),
    root('one public key under two ids', addTo(keys.timestamp, zero), 'guard 4: a threshold counts public keys'),
    root(
      'a named key signs something else, beside enough good ones',
      (exchange) => {
        rootOf(exchange).signers.push({ ...three, sign: next.targets.sign });
      },
      'a signature that names a key of the role and does not verify is an altered byte',
    ),
    root(
      'a gap',
      (exchange) => {
        exchange.roots = new Map([[3, rootPart(keys, 3)]]);
      },
      'python3-tuf asks for 2 and never sees 3; a bundle holds no file that nobody reads',
    ),
    root('passed ones, as they were', (exchange) => {
      exchange.held = { root: bytesOf(rootPart(keys, 2)) };
      exchange.roots = new Map([
        [1, rootPart(keys, 1)],
        [2, rootPart(keys, 2)],
        [3, rootPart(keys, 3)],
      ]);
    }),
    root(
      'passed ones of somebody else',
      (exchange) => {
        exchange.held = { root: bytesOf(rootPart(keys, 2)) };
        exchange.roots = new Map([
          [2, rootPart(others, 2)],
          [3, rootPart(keys, 3)],
        ]);
      },
      'python3-tuf does not ask for roots that it passed; a bundle holds no file that nobody reads',
    ),

    holds(
      'the same files',
      held(() => undefined),
    ),
    holds('older files', versions(2, 'timestamp', 'snapshot', 'targets')),
    holds('an older timestamp alone', { timestamp: versions(2, 'timestamp').timestamp }),
    holds('a newer timestamp', versions(4, 'timestamp')),
    holds(
      'a newer snapshot in an older timestamp',
      held((before) => {
        before.timestamp.signed.version = 2;
        before.snapshot.signed.version = 4;
      }),
    ),
    holds(
      'newer targets in an older snapshot',
      held((before) => {
        before.timestamp.signed.version = 2;
        before.snapshot.signed.version = 2;
        before.targets.signed.version = 4;
      }),
    ),
    holds(
      'a snapshot that lists a role more',
      held((before) => {
        before.timestamp.signed.version = 2;
        before.snapshot.signed.version = 2;
        before.snapshot.signed.meta['other.json'] = { version: 1, length: 1, hashes: { sha256: zero } };
      }),
    ),
    holds(
      'files that expired',
      held((before) => {
        for (const role of ['timestamp', 'snapshot', 'targets'] as const) {
          before[role].signed.version = 2;
          before[role].signed.expires = '2026-01-01T00:00:00Z';
        }
      }),
    ),
    holds(
      'a newer timestamp that expired',
      held((before) => {
        before.timestamp.signed.version = 4;
        before.timestamp.signed.expires = '2026-01-01T00:00:00Z';
      }),
    ),
    holds(
      'a newer timestamp of a key that is not named',
      held((before) => {
        before.timestamp.signed.version = 4;
        before.timestamp.signers = [next.timestamp];
      }),
    ),
    holds(
      'a newer snapshot of a key that is not named',
      held((before) => {
        before.timestamp.signed.version = 2;
        before.timestamp.signers = [next.timestamp];
        before.snapshot.signed.version = 4;
        before.snapshot.signers = [next.snapshot];
      }),
    ),
    holds('no metadata at all', { timestamp: Buffer.from('{}'), snapshot: Buffer.from('x'), targets: Buffer.alloc(0) }),
    holds(
      'another timestamp of the same version',
      held((before) => {
        before.timestamp.signed['remark'] = 'anything';
      }),
      "two files of one version: one of them is not the host's",
    ),
  ];
};

/** Cases that need nothing but an exchange. */
export const exchangeCases: Case[] = [...listingCases, ...targetCases, ...delegationCases];
