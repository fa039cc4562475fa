import { createHash } from 'node:crypto';
import { canonicalJson } from '../../src/documents/canonical-json.ts';
import type { TrustSource } from '../../src/trust/core.ts';
import { sha256Hex } from '../../src/trust/hash.ts';
import { createSigner, type KeyObject, type Signer } from './signers.ts';

// A TUF repository in memory that a test changes and publishes at will, also wrongly. It serves metadata and targets
// through the interface by which the core reads, and remembers what was asked for.

type Head = { _type: string; spec_version: string; version: number; expires: string; [field: string]: unknown };
type RoleKeys = { keyids: string[]; threshold: number; [field: string]: unknown };
type MetaFile = { version: number; length?: number; hashes?: Record<string, string> };
type TopRole = 'root' | 'timestamp' | 'snapshot' | 'targets';

type RootDocument = Head & {
  consistent_snapshot: boolean;
  keys: Record<string, KeyObject>;
  roles: Record<TopRole, RoleKeys>;
};
type MetaDocument = Head & { meta: Record<string, MetaFile> };
type Delegation = RoleKeys & { name: string; terminating: boolean; paths: string[] };
type TargetsDocument = Head & {
  targets: Record<string, { length: number; hashes: Record<string, string> }>;
  delegations?: { keys: Record<string, KeyObject>; roles: Delegation[] };
};

export const topRoles = ['root', 'timestamp', 'snapshot', 'targets'] as const;

/** When the tests take place, and days around it. */
export const repositoryTime = new Date('2026-05-01T00:00:00Z');
export const dayFromNow = (days: number): Date => new Date(repositoryTime.getTime() + days * 86_400_000);
export const timeOf = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

const head = (_type: string): Head => ({ _type, spec_version: '1.0.31', version: 1, expires: timeOf(dayFromNow(30)) });

/** The signatures that a list of signers makes over a document. */
export const signaturesOf = (signed: object, signers: readonly Signer[]): { keyid: string; sig: string }[] => {
  const covered = canonicalJson(signed);
  return signers.map(({ keyid, sign }) => ({ keyid, sig: sign(covered) }));
};

/** A metadata file, laid out as no canonical form is. */
export const fileOf = (signed: object, signatures: readonly { keyid: string; sig: string }[]): Uint8Array =>
  Buffer.from(JSON.stringify({ signatures, signed }, null, 1));

export type Repository = {
  root: RootDocument;
  timestamp: MetaDocument;
  snapshot: MetaDocument;
  /** The top-level targets and every delegated role. */
  targets: Record<string, TargetsDocument> & { targets: TargetsDocument };
  signers: Map<string, Signer[]>;
  /** All published files of a role, the first version first. */
  published: Map<string, Uint8Array[]>;
  /** Put hashes and lengths of metadata files into snapshot and timestamp. */
  withHashes: boolean;
  /** What targets are served as, by path. */
  contents: Map<string, Uint8Array>;
  /** Names of metadata and targets asked for so far. */
  asked: string[];
  askedTargets: string[];
  source: TrustSource;
  targetSource: TrustSource;
};

const documentOf = (repository: Repository, role: string): Head => {
  if (role === 'root' || role === 'timestamp' || role === 'snapshot') return repository[role];
  const document = repository.targets[role];
  if (document === undefined) throw new Error(`the repository has no role ${role}`);
  return document;
};

/** The file of a role that was published last. */
export const latest = (repository: Repository, role: string): Uint8Array => {
  const bytes = repository.published.get(role)?.at(-1);
  if (bytes === undefined) throw new Error(`${role} was not published`);
  return bytes;
};

/** Signs and publishes roles in turn; each but a first publication has the next version. */
export const publish = (repository: Repository, ...roles: string[]): void => {
  for (const role of roles) {
    const signed = documentOf(repository, role);
    const files = repository.published.get(role) ?? [];
    if (files.length > 0) signed.version += 1;
    const bytes = fileOf(signed, signaturesOf(signed, repository.signers.get(role) ?? []));
    repository.published.set(role, [...files, bytes]);
    const entry: MetaFile = {
      version: signed.version,
      ...(repository.withHashes ? { length: bytes.length, hashes: { sha256: sha256Hex(bytes) } } : {}),
    };
    if (role in repository.targets) repository.snapshot.meta[`${role}.json`] = entry;
    if (role === 'snapshot') repository.timestamp.meta['snapshot.json'] = entry;
  }
};

/** Takes every published file of a role away; the next publication is version `version`. */
export const withdraw = (repository: Repository, role: string, version: number): void => {
  repository.published.delete(role);
  documentOf(repository, role).version = version;
};

/** Replaces the file of a role that was published last. */
export const replaceLatest = (repository: Repository, role: string, bytes: Uint8Array): void => {
  repository.published.set(role, [...(repository.published.get(role) ?? []).slice(0, -1), bytes]);
};

const keysFor = (repository: Repository, role: string, delegator: string) => {
  if (delegator === 'root') return { keys: repository.root.keys, entry: repository.root.roles[role as TopRole] };
  const delegations = repository.targets[delegator]?.delegations;
  const entry = delegations?.roles.find(({ name }) => name === role);
  if (delegations === undefined || entry === undefined) throw new Error(`${delegator} does not delegate to ${role}`);
  return { keys: delegations.keys, entry };
};

/** Names a key for a role, without letting its holder sign. */
export const nameKey = (repository: Repository, role: string, signer: Signer, delegator = 'root'): void => {
  const { keys, entry } = keysFor(repository, role, delegator);
  keys[signer.keyid] = signer.key;
  entry.keyids.push(signer.keyid);
};

/** Names a key for a role and lets its holder sign. */
export const addSigner = (
  repository: Repository,
  role: string,
  signer = createSigner(),
  delegator = 'root',
): Signer => {
  nameKey(repository, role, signer, delegator);
  repository.signers.set(role, [...(repository.signers.get(role) ?? []), signer]);
  return signer;
};

/** Replaces the keys of a top-level role by one new one. */
export const rotateKey = (repository: Repository, role: TopRole): void => {
  repository.root.roles[role].keyids = [];
  repository.signers.set(role, []);
  addSigner(repository, role);
};

/** Delegates to a role, which gets one key of its own and, if it is new, an empty document. */
export const delegate = (
  repository: Repository,
  delegator: string,
  name: string,
  options: { paths?: string[]; terminating?: boolean; signer?: Signer } = {},
): Signer => {
  const document = repository.targets[delegator];
  if (document === undefined) throw new Error(`the repository has no role ${delegator}`);
  document.delegations ??= { keys: {}, roles: [] };
  document.delegations.roles.push({
    name,
    keyids: [],
    threshold: 1,
    terminating: options.terminating ?? false,
    paths: options.paths ?? ['*'],
  });
  repository.targets[name] ??= { ...head('targets'), targets: {} };
  return addSigner(repository, name, options.signer, delegator);
};

const digest = (algorithm: string, bytes: Uint8Array): string => createHash(algorithm).update(bytes).digest('hex');

/** Lists a target in a role and serves it. */
export const addTarget = (
  repository: Repository,
  role: string,
  path: string,
  content: string,
  algorithms: readonly string[] = ['sha256'],
): void => {
  const bytes = Buffer.from(content);
  const document = repository.targets[role];
  if (document === undefined) throw new Error(`the repository has no role ${role}`);
  const hashes = Object.fromEntries(algorithms.map((algorithm) => [algorithm, digest(algorithm, bytes)]));
  document.targets[path] = { length: bytes.length, hashes };
  repository.contents.set(path, bytes);
};

const serve = (repository: Repository, name: string): Uint8Array | undefined => {
  const whole = decodeURIComponent(name.slice(0, -'.json'.length));
  const versioned = /^([0-9]+)\.(.*)$/s.exec(whole);
  const byVersion = versioned?.[2] === 'root' || repository.root.consistent_snapshot;
  if (!byVersion || versioned === null) return repository.published.get(whole)?.at(-1);
  return repository.published.get(versioned[2] ?? '')?.[Number(versioned[1]) - 1];
};

const serveTarget = (repository: Repository, address: string): Uint8Array | undefined => {
  const segments = address.split('/').map(decodeURIComponent);
  const last = segments.pop() ?? '';
  const plain = repository.root.consistent_snapshot ? last.slice(last.indexOf('.') + 1) : last;
  return repository.contents.get([...segments, plain].join('/'));
};

/** A repository with one Ed25519 key for each role and the first version of each published. */
export const createRepository = (): Repository => {
  const repository: Repository = {
    root: {
      ...head('root'),
      consistent_snapshot: true,
      keys: {},
      roles: {
        root: { keyids: [], threshold: 1 },
        timestamp: { keyids: [], threshold: 1 },
        snapshot: { keyids: [], threshold: 1 },
        targets: { keyids: [], threshold: 1 },
      },
    },
    timestamp: { ...head('timestamp'), meta: {} },
    snapshot: { ...head('snapshot'), meta: {} },
    targets: { targets: { ...head('targets'), targets: {} } },
    signers: new Map(),
    published: new Map(),
    withHashes: false,
    contents: new Map(),
    asked: [],
    askedTargets: [],
    source: {
      get: async (name) => {
        repository.asked.push(name);
        return serve(repository, name) ?? 'NOT_FOUND';
      },
    },
    targetSource: {
      get: async (name) => {
        repository.askedTargets.push(name);
        return serveTarget(repository, name) ?? 'NOT_FOUND';
      },
    },
  };
  for (const role of topRoles) addSigner(repository, role);
  publish(repository, 'root', 'targets', 'snapshot', 'timestamp');
  return repository;
};
