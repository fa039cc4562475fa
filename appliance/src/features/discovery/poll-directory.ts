import { addAbortListener } from 'node:events';
import type { Outbound } from '../../platform/connect.ts';
import type { Connection, Proof } from '../../platform/connection.ts';
import { AppError } from '../../platform/errors.ts';
import { type DirectoryEntry, textsOf } from './directory-entry.ts';
import { type DirectoryContent, directoryTree, wantedAttributes } from './directory-tree.ts';
import { type LdapSession, ldapSession } from './ldap-client.ts';
import type { PollProgress } from './types.ts';

// A poll: connect, prove, bind, read everything below the base names page by page. Either the whole directory is read or the
// poll fails: half a directory would look like people who left.

export type DirectorySource = {
  /** `kind/id` of the object that names it. */
  object: string;
  host: string;
  port: number;
  security: 'ldaps' | 'starttls' | 'plain';
  proof: Proof | undefined;
  bindDn: string;
  password: string;
  /** Empty: what the directory says it holds. */
  baseDns: readonly string[];
  filters: { users: string; groups: string; units: string; computers: string };
  pageSize: number;
};

type PollLimits = { maxEntries: number; totalMs: number };

const connectMs = 10_000;
const idleMs = 120_000;
const smallBytes = 4 * 1024 * 1024;
const maxRanges = 10_000;

/** What is asked for where the administrator does not say otherwise. */
export const defaultFilters: DirectorySource['filters'] = {
  users: '(|(&(objectCategory=person)(objectClass=user))(objectClass=inetOrgPerson)(objectClass=posixAccount))',
  groups: '(|(objectClass=group)(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))',
  units: '(|(objectClass=organizationalUnit)(objectClass=domain)(objectClass=domainDNS)(objectClass=dcObject))',
  computers: '(|(objectClass=computer)(objectClass=device)(objectClass=ipHost))',
};

type Root = { contexts: string[]; vendor: string; defaultContext: string | undefined };

const readRoot = async (session: LdapSession): Promise<Root> => {
  const attributes = ['namingContexts', 'defaultNamingContext', 'vendorName', 'dnsHostName'];
  const search = {
    base: '',
    scope: 'base',
    filter: '(objectClass=*)',
    attributes,
    pageSize: 1,
    maxEntries: 1,
  } as const;
  for await (const [entry] of session.search(search)) {
    if (entry === undefined) break;
    const [defaultContext] = textsOf(entry, 'defaultNamingContext');
    return {
      contexts: textsOf(entry, 'namingContexts'),
      defaultContext,
      vendor: textsOf(entry, 'vendorName')[0] ?? (defaultContext === undefined ? 'LDAP' : 'Active Directory'),
    };
  }
  throw new AppError('DIRECTORY', 'the directory does not say what it holds');
};

/** The base names that are read. */
const basesOf = (source: DirectorySource, root: Root): readonly string[] => {
  if (source.baseDns.length > 0) return source.baseDns;
  const bases = root.defaultContext === undefined ? root.contexts : [root.defaultContext];
  if (bases.length === 0) throw new AppError('DIRECTORY', 'the directory names nothing to read: enter a base name');
  return bases;
};

/** Connects and logs in; the session is proven and bound. */
const openSession = async (
  outbound: Outbound,
  source: DirectorySource,
  opened: (connection: Connection) => void,
): Promise<LdapSession> => {
  const { object, host, port, security, proof } = source;
  if (security !== 'plain' && proof === undefined) throw new AppError('PEER', 'nothing says who the directory is');
  const to = { purpose: 'directory', object, host, port } as const;
  const limits = { connectMs, idleMs, maxBytes: smallBytes };
  const connection = await outbound.open(to, limits, security === 'ldaps' ? proof : undefined);
  opened(connection);
  const session = ldapSession(connection);
  if (security === 'starttls' && proof !== undefined) await session.startTls(proof);
  await session.bind(source.bindDn, source.password);
  return session;
};

const rangePattern = /^(member|uniquemember);range=(\d+)-(\d+|\*)$/;

/** Active Directory gives long member lists piece by piece. */
const wholeEntry = async (session: LdapSession, entry: DirectoryEntry): Promise<DirectoryEntry> => {
  const attributes = new Map([...entry.attributes].map(([name, values]) => [name, [...values]]));
  for (let pieces = 0; pieces < maxRanges; pieces += 1) {
    const ranged = [...attributes.keys()].map((name) => rangePattern.exec(name)).find((match) => match !== null);
    if (ranged === undefined || ranged === null) return { dn: entry.dn, attributes };
    const [key, name = '', , last = '*'] = ranged;
    attributes.set(name, [...(attributes.get(name) ?? []), ...(attributes.get(key) ?? [])]);
    attributes.delete(key);
    if (last === '*') continue;
    const wanted = [`${name};range=${Number(last) + 1}-*`];
    const search = { base: entry.dn, scope: 'base', filter: '(objectClass=*)', pageSize: 1, maxEntries: 1 } as const;
    for await (const [more] of session.search({ ...search, attributes: wanted }))
      for (const [found, values] of more?.attributes ?? []) attributes.set(found, [...values]);
  }
  throw new AppError('TOO_LARGE', 'a group of the directory has too many members');
};

/** Runs work with a session that ends with it, within the time. */
const withSession = async <T>(
  outbound: Outbound,
  source: DirectorySource,
  limits: { totalMs: number; signal?: AbortSignal },
  work: (session: LdapSession) => Promise<T>,
): Promise<T> => {
  let stopped: AppError | undefined;
  let connection: Connection | undefined;
  const stop = (error: AppError): void => {
    stopped ??= error;
    connection?.close();
  };
  const timer = setTimeout(() => stop(new AppError('TIMEOUT', 'the directory took too long')), limits.totalMs);
  const aborted = limits.signal && addAbortListener(limits.signal, () => stop(new AppError('CANCELLED', 'stopped')));
  try {
    const session = await openSession(outbound, source, (opened) => {
      connection = opened;
      // Stopped before there was anything to close.
      if (stopped !== undefined) opened.close();
    });
    try {
      return await work(session);
    } finally {
      session.close();
    }
  } catch (error) {
    connection?.close();
    throw stopped ?? error;
  } finally {
    clearTimeout(timer);
    aborted?.[Symbol.dispose]();
  }
};

/** Connects, binds and looks at the root: what a test of the entries shows. */
export const testDirectory = (
  outbound: Outbound,
  source: DirectorySource,
): Promise<{ vendor: string; bases: readonly string[] }> =>
  withSession(outbound, source, { totalMs: 30_000 }, async (session) => {
    const root = await readRoot(session);
    const bases = basesOf(source, root);
    for (const base of bases) {
      const search = { base, scope: 'base', filter: '(objectClass=*)', attributes: ['objectClass'] } as const;
      const found = session.search({ ...search, pageSize: 1, maxEntries: 1 });
      if ((await found.next()).value?.length !== 1)
        throw new AppError('DIRECTORY', `the directory shows nothing at ${base}`);
    }
    return { vendor: root.vendor, bases };
  });

/** Reads a whole directory. */
export const pollDirectory = (
  outbound: Outbound,
  source: DirectorySource,
  limits: PollLimits & { signal?: AbortSignal },
  onProgress: (progress: PollProgress) => void,
): Promise<DirectoryContent> =>
  withSession(outbound, source, limits, async (session) => {
    onProgress({ step: 'connect', entries: 0 });
    const tree = directoryTree();
    const bases = basesOf(source, await readRoot(session));
    for (const base of bases) {
      for (const step of ['units', 'users', 'groups', 'computers'] as const) {
        const pages = session.search({
          base,
          scope: 'subtree',
          filter: source.filters[step],
          attributes: wantedAttributes,
          pageSize: source.pageSize,
          maxEntries: limits.maxEntries - tree.size(),
        });
        for await (const entries of pages) {
          for (const entry of entries) tree.add(step === 'groups' ? await wholeEntry(session, entry) : entry);
          onProgress({ step, entries: tree.size() });
        }
      }
    }
    return tree.content();
  });
