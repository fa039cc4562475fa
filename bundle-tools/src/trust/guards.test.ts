import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../../test/support/refusals.ts';
import { guardMetadata, type MetadataRole } from './guards.ts';
import { generateSigningKey, keyidOf, tufKeyOf } from './keys.ts';

// Section 4, guards 1-5: each shape that dies here, and the sentence it dies with.

type Fields = Record<string, unknown>;

const key = generateSigningKey();
const second = generateSigningKey();
const keyid = key.keyid;
const tufKey = tufKeyOf(key.publicKey);
const zero = '0'.repeat(64);
const entry = { version: 1, length: 10, hashes: { sha256: zero } };
const names = { keyids: [keyid], threshold: 1 };

const good: Record<MetadataRole, Fields> = {
  root: {
    consistent_snapshot: true,
    keys: { [keyid]: tufKey },
    roles: { root: names, timestamp: names, snapshot: names, targets: names },
  },
  timestamp: { meta: { 'snapshot.json': entry } },
  snapshot: { meta: { 'targets.json': entry } },
  targets: {
    targets: { 'policy.json': { length: 2, hashes: { sha256: zero } } },
    delegations: {
      keys: { [keyid]: tufKey },
      roles: [{ name: 'fulfil', ...names, paths: ['fulfil/*'], terminating: true }],
    },
  },
};

const signature = { keyid, sig: 'ab'.repeat(64) };

const fileOf = (role: MetadataRole, changes: Fields, outer: Fields = {}): Uint8Array => {
  const signed = { _type: role, version: 1, expires: '2030-01-01T00:00:00Z', ...good[role], ...changes };
  return Buffer.from(JSON.stringify({ signatures: [signature], signed, ...outer }));
};

const guard = (role: MetadataRole, bytes: Uint8Array, production: boolean): string =>
  refusalOf(() => guardMetadata(bytes, role, production));

/** What is said of a file in production and without. */
const judge = (role: MetadataRole, changes: Fields, outer?: Fields) => ({
  production: guard(role, fileOf(role, changes, outer), true),
  open: guard(role, fileOf(role, changes, outer), false),
});
const both = (outcome: string) => ({ production: outcome, open: outcome });
const production = (outcome: string) => ({ production: outcome, open: 'good' });

const roles = ['root', 'timestamp', 'snapshot', 'targets'] as const;

describe('a file of any role', () => {
  it.each(roles)('%s passes as it should be, and is given back', (role) => {
    expect(judge(role, {})).toEqual(both('good'));
    const { signed, signatures } = guardMetadata(fileOf(role, { remark: [1] }), role, true);
    expect(signed).toEqual({ _type: role, version: 1, expires: '2030-01-01T00:00:00Z', ...good[role], remark: [1] });
    expect(signatures).toEqual([signature]);
  });

  it.each(roles)('%s has its own type', (role) => {
    expect(judge(role, { _type: 'mirrors' })).toEqual(both(`METADATA: ${role}: the file is of type mirrors`));
    expect(judge(role, { _type: undefined })).toEqual(both(`METADATA: ${role}: the file is of type undefined`));
  });

  it.each(roles)('%s has a version and a time', (role) => {
    expect(judge(role, { version: 0 })).toEqual(
      both(`METADATA: ${role}: signed.version: Too small: expected number to be >=1`),
    );
    expect(judge(role, { version: '1' }).open).toMatch(`METADATA: ${role}: signed.version: `);
    expect(judge(role, { version: undefined }).open).toMatch(`METADATA: ${role}: signed.version: `);
    expect(judge(role, { expires: 'never' })).toEqual(both(`METADATA: ${role}: signed.expires: not a time`));
    expect(judge(role, { expires: undefined }).open).toMatch(`METADATA: ${role}: signed.expires: `);
  });

  it('has at most 64 signatures', () => {
    const signatures = (count: number) => ({ signatures: Array.from({ length: count }, () => signature) });
    expect(judge('timestamp', {}, signatures(64))).toEqual(both('good'));
    expect(judge('timestamp', {}, signatures(65)).open).toMatch('METADATA: timestamp: signatures: ');
    expect(judge('timestamp', {}, { signatures: undefined }).open).toMatch('METADATA: timestamp: signatures: ');
    expect(judge('timestamp', {}, { signatures: [{ keyid }] }).open).toMatch('METADATA: timestamp: signatures.0.sig: ');
    expect(judge('timestamp', {}, { signatures: [{ sig: '' }] }).open).toMatch('signatures.0.keyid: ');
    expect(judge('timestamp', {}, { signatures: [{ ...signature, remark: 1 }], remark: 1 })).toEqual(both('good'));
  });

  it.each(['', 'ab', 'ab'.repeat(65), 'AB'.repeat(64), `${'ab'.repeat(63)}xy`, ` ${'ab'.repeat(64)}`])(
    'has 64 bytes of lower-case hex for a signature in production, not %j',
    (sig) => {
      expect(judge('snapshot', {}, { signatures: [signature, { keyid, sig }] })).toEqual(
        production('METADATA: snapshot: a signature is not 64 bytes in lower-case hex'),
      );
    },
  );

  it.each([
    ['root', 512_000],
    ['timestamp', 16_384],
    ['snapshot', 2_000_000],
    ['targets', 5_000_000],
  ] as const)('%s has at most %d bytes', (role, limit) => {
    const bytes = fileOf(role, {});
    const padded = (size: number) => Buffer.concat([bytes, Buffer.alloc(size - bytes.length, ' ')]);
    expect(guard(role, padded(limit), true)).toBe('good');
    expect(guard(role, padded(limit + 1), true)).toMatch(/^LIMIT: /);
  });
});

describe('keys of a role', () => {
  const twice = { keyids: [keyid, 'other'], threshold: 1 };
  const under = (value: unknown) => ({ [keyid]: tufKey, other: { ...tufKey, keyval: { public: value } } });
  const publicHex = tufKey.keyval.public;

  it.each(['lower', 'upper'])('in a root are not one under two ids, in %s case', (letters) => {
    const value = letters === 'lower' ? publicHex : publicHex.toUpperCase();
    expect(
      judge('root', { keys: under(value), roles: { ...(good.root['roles'] as Fields), snapshot: twice } }),
    ).toEqual(both('METADATA: root: role snapshot has one public key under two ids'));
  });

  it('in PEM are compared without their line ends', () => {
    const pem = (gap: string) => ({ keytype: 'rsa', scheme: 's', keyval: { public: `-----BEGIN${gap}MII${gap}abc` } });
    const keys = { one: pem('\n'), two: pem('\r\n '), three: { ...pem('\n'), keyval: { public: 'another' } } };
    const role = (...keyids: string[]) => ({ roles: { root: { keyids, threshold: 1 } }, keys });
    expect(judge('root', role('one', 'two')).open).toBe('METADATA: root: role root has one public key under two ids');
    expect(judge('root', role('one', 'three')).open).toBe('good');
  });

  it('may be in several roles, may be absent, may be other than text', () => {
    const open = (keys: Fields) =>
      guard('root', fileOf('root', { keys, roles: { ...(good.root['roles'] as Fields), snapshot: twice } }), false);
    expect(open({ [keyid]: tufKey })).toBe('good');
    expect(open({ [keyid]: tufKey, other: { ...tufKey, keyval: {} } })).toBe('good');
    expect(open({ [keyid]: { ...tufKey, keyval: {} }, other: { ...tufKey, keyval: {} } })).toBe('good');
  });

  it('in a delegation are not one under two ids', () => {
    const delegations = { keys: under(publicHex), roles: [{ name: 'fulfil', ...twice, paths: [], terminating: true }] };
    expect(judge('targets', { delegations })).toEqual(
      both('METADATA: targets: role fulfil has one public key under two ids'),
    );
  });

  it('have a threshold of at least one and at most 64 names', () => {
    const withRole = (role: Fields) => judge('root', { roles: { root: role } }).open;
    expect(withRole({ keyids: [keyid], threshold: 0 })).toMatch('METADATA: root: roles.root.threshold: ');
    expect(withRole({ keyids: [keyid] })).toMatch('METADATA: root: roles.root.threshold: ');
    expect(withRole({ keyids: keyid, threshold: 1 })).toMatch('METADATA: root: roles.root.keyids: ');
    expect(withRole({ keyids: Array.from({ length: 64 }, String), threshold: 1 })).toBe('good');
    expect(withRole({ keyids: Array.from({ length: 65 }, String), threshold: 1 })).toMatch('roles.root.keyids: ');
    expect(withRole({ keyids: [keyid], threshold: 1, remark: 1 })).toBe('good');
  });

  it.each([
    [{ scheme: 'ed25519', keyval: {} }, 'keytype'],
    [{ keytype: 'ed25519', keyval: {} }, 'scheme'],
    [{ keytype: 'ed25519', scheme: 'ed25519' }, 'keyval'],
  ])('have type, scheme and value: %j', (value, field) => {
    expect(judge('root', { keys: { [keyid]: value } }).open).toMatch(`METADATA: root: keys.${keyid}.${field}: `);
  });

  it.each([
    ['another type', { ...tufKey, keytype: 'ecdsa' }, 'is not Ed25519'],
    ['another scheme', { ...tufKey, scheme: 'ed448' }, 'is not Ed25519'],
    ['no public half', { ...tufKey, keyval: {} }, 'has no public half'],
    ['a list with the public half', { ...tufKey, keyval: { public: [publicHex] } }, 'has no public half'],
    ['a byte less', { ...tufKey, keyval: { public: publicHex.slice(2) } }, 'has no public half'],
    ['a byte more', { ...tufKey, keyval: { public: `${publicHex}00` } }, 'has no public half'],
    ['a byte in front', { ...tufKey, keyval: { public: `00${publicHex}` } }, 'has no public half'],
    ['capitals', { ...tufKey, keyval: { public: publicHex.toUpperCase() } }, 'has no public half'],
    ['the id of another', tufKeyOf(second.publicKey), 'is not named by its digest'],
  ])('are Ed25519 in production, not with %s', (_name, value, end) => {
    const why = `key ${keyid} ${end}`;
    expect(judge('root', { keys: { [keyid]: value } })).toEqual(production(`METADATA: root: ${why}`));
    const delegations = { ...(good.targets['delegations'] as Fields), keys: { [keyid]: value } };
    expect(judge('targets', { delegations })).toEqual(production(`METADATA: targets: ${why}`));
  });
});

describe('a root', () => {
  it('has the four roles and no other in production', () => {
    const more = { ...(good.root['roles'] as Fields), mirrors: names };
    expect(judge('root', { roles: more })).toEqual(
      production('METADATA: root: only the four top-level roles are allowed'),
    );
    expect(judge('root', { roles: undefined }).open).toMatch('METADATA: root: roles: ');
    expect(judge('root', { keys: undefined }).open).toMatch('METADATA: root: keys: ');
  });
});

describe('a list of files', () => {
  it.each([
    ['timestamp', 'snapshot.json'],
    ['snapshot', 'targets.json'],
  ] as const)('in the %s has length and SHA-256 for each in production', (role, name) => {
    const list = (value: unknown) => judge(role, { meta: { [name]: value } });
    const incomplete = production(`METADATA: ${role}: ${name} has no length or no sha256`);
    expect(list({ version: 1, hashes: { sha256: zero } })).toEqual(incomplete);
    expect(list({ version: 1, length: 1 })).toEqual(incomplete);
    expect(list({ version: 1, length: 1, hashes: {} })).toEqual(incomplete);
    expect(list({ version: 1, length: 1, hashes: { sha512: zero + zero } })).toEqual(incomplete);
    expect(list({ version: 1, length: 1, hashes: { sha256: zero.slice(1) } })).toEqual(incomplete);
    expect(list({ version: 1, length: 0, hashes: { sha256: zero, sha512: '' }, remark: 1 })).toEqual(both('good'));
    expect(list({ version: 0, length: 1, hashes: { sha256: zero } }).open).toMatch(`${role}: meta.${name}.version: `);
    expect(list({ version: 1, length: -1, hashes: {} }).open).toMatch(`${role}: meta.${name}.length: `);
    expect(list({ version: 1, hashes: { sha256: 1 } }).open).toMatch(`${role}: meta.${name}.hashes.sha256: `);
    expect(judge(role, { meta: undefined }).open).toMatch(`METADATA: ${role}: meta: `);
  });
});

describe('targets', () => {
  const target = (value: unknown) => judge('targets', { targets: { 'a\n': value } });
  const useless = 'METADATA: targets: "a\\n" has no usable hash';

  it('each have a hash that proves something', () => {
    expect(target({ length: 1, hashes: {} })).toEqual(both(useless));
    expect(target({ length: 1, hashes: { md5: zero.slice(32) } })).toEqual(both(useless));
    expect(target({ length: 1, hashes: { sha256: zero.slice(1) } })).toEqual(both(useless));
    expect(target({ length: 1, hashes: { sha512: zero } })).toEqual(both(useless));
    expect(target({ length: 1, hashes: { sha512: `${zero}${zero}0` } })).toEqual(both(useless));
    expect(target({ length: 1, hashes: { sha512: `x${zero}${zero}` } })).toEqual(both(useless));
    expect(target({ length: 1, hashes: { sha512: zero + zero } })).toEqual(production(useless));
    expect(target({ length: 1, hashes: { sha256: zero, sha512: 'x' }, custom: {} })).toEqual(both('good'));
  });

  it('each have a length', () => {
    expect(target({ hashes: { sha256: zero } }).open).toMatch('.length: ');
    expect(target({ length: -1, hashes: { sha256: zero } }).open).toMatch('.length: ');
    expect(judge('targets', { targets: undefined }).open).toMatch('METADATA: targets: targets: ');
  });

  it('with a long path are named by its beginning', () => {
    const targets = { ['p'.repeat(300)]: { length: 1, hashes: {} } };
    expect(judge('targets', { targets }).open).toBe(`METADATA: targets: "${'p'.repeat(200)}" has no usable hash`);
  });

  it('are at most 500 in production', () => {
    const some = (count: number) =>
      judge('targets', {
        targets: Object.fromEntries(
          Array.from({ length: count }, (_, index) => [`t${index}`, { length: 1, hashes: { sha256: zero } }]),
        ),
      });
    expect(some(500)).toEqual(both('good'));
    expect(some(501)).toEqual(production('LIMIT: targets: more than 500 entries'));
  });
});

describe('delegations', () => {
  const role = { name: 'fulfil', ...names, paths: ['fulfil/*'], terminating: true };
  const withRoles = (roles: unknown, more: Fields = {}) =>
    judge('targets', { delegations: { keys: { [keyid]: tufKey }, roles, ...more } });
  const only = production('METADATA: targets: only the delegation "fulfil" is allowed');

  it('may be absent', () => {
    expect(judge('targets', { delegations: undefined })).toEqual(both('good'));
  });

  it('are "fulfil" alone in production', () => {
    expect(withRoles([role])).toEqual(both('good'));
    expect(withRoles([])).toEqual(only);
    expect(withRoles(undefined)).toEqual(only);
    expect(withRoles([{ ...role, name: 'other' }])).toEqual(only);
    expect(withRoles([role, { ...role, name: 'other' }])).toEqual(only);
    expect(withRoles([role], { succinct_roles: {} })).toEqual(only);
    expect(withRoles([role], { remark: {} })).toEqual(both('good'));
  });

  it('name either paths or prefixes', () => {
    const { paths: _, ...bare } = role;
    const why = 'METADATA: targets: delegations.roles.0: not one of paths and prefixes';
    expect(withRoles([bare])).toEqual(both(why));
    expect(withRoles([{ ...role, path_hash_prefixes: ['00'] }])).toEqual(both(why));
    expect(withRoles([{ ...bare, path_hash_prefixes: ['00'] }])).toEqual(both('good'));
    expect(withRoles([{ ...role, paths: [1] }]).open).toMatch('delegations.roles.0.paths.0: ');
    expect(withRoles([{ ...bare, path_hash_prefixes: [1] }]).open).toMatch(
      'delegations.roles.0.path_hash_prefixes.0: ',
    );
  });

  it('have names and keys', () => {
    expect(withRoles([{ ...role, name: undefined }]).open).toMatch('delegations.roles.0.name: ');
    expect(withRoles([{ ...role, keyids: [keyidOf(second.publicKey)] }])).toEqual(both('good'));
    expect(judge('targets', { delegations: { roles: [role] } }).open).toMatch('delegations.keys: ');
  });
});
