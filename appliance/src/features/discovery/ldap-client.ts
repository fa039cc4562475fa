import type { Connection, Proof } from '../../platform/connect.ts';
import { AppError } from '../../platform/errors.ts';
import {
  berBoolean,
  berElement,
  berInteger,
  berOctets,
  berTag,
  contentOf,
  type Element,
  elementLength,
  elementsOf,
  numberOf,
} from './ber.ts';
import type { DirectoryEntry } from './directory-entry.ts';
import { encodeFilter } from './ldap-filter.ts';

// What this appliance says to a directory (RFC 4511): bind, search, StartTLS, unbind. There is no request that changes
// anything. Referrals are not followed: they lead to hosts that nobody named.

type SearchScope = 'base' | 'one' | 'subtree';

export type Search = {
  base: string;
  scope: SearchScope;
  filter: string;
  attributes: readonly string[];
  pageSize: number;
  /** More entries end it with TOO_LARGE. */
  maxEntries: number;
};

export type LdapSession = {
  startTls(proof: Proof): Promise<void>;
  /** An empty name is an anonymous bind. */
  bind(dn: string, password: string): Promise<void>;
  /** Page by page (RFC 2696). */
  search(search: Search): AsyncGenerator<DirectoryEntry[]>;
  close(): void;
};

const op = {
  bind: 0x60,
  bound: 0x61,
  unbind: 0x42,
  search: 0x63,
  entry: 0x64,
  done: 0x65,
  reference: 0x73,
  extended: 0x77,
  extendedDone: 0x78,
  intermediate: 0x79,
} as const;

const pagedOid = '1.2.840.113556.1.4.319';
const startTlsOid = '1.3.6.1.4.1.1466.20037';
const scopes: Readonly<Record<SearchScope, number>> = { base: 0, one: 1, subtree: 2 };
const maxMessageBytes = 32 * 1024 * 1024;
const maxPageBytes = 128 * 1024 * 1024;
const maxPages = 100_000;
const searchSeconds = 300;

type LdapMessage = { id: number; op: Element; controls: readonly Element[] };

/** One message as it came; MALFORMED. */
const decodeMessage = (bytes: Buffer): LdapMessage => {
  const [whole] = elementsOf(bytes);
  const [id, operation, controls] = elementsOf(contentOf(whole, berTag.sequence));
  if (operation === undefined) throw new AppError('MALFORMED', 'a message of the directory is empty');
  return {
    id: numberOf(id),
    op: operation,
    controls: controls === undefined ? [] : elementsOf(contentOf(controls, 0xa0)),
  };
};

/** An attribute's name without options that say how a value is coded; a range stays (it says that more follows). */
const attributeName = (name: string): string => {
  const [base = '', ...options] = name.toLowerCase().split(';');
  const range = options.find((option) => option.startsWith('range='));
  return range === undefined ? base : `${base};${range}`;
};

/** The entry that a search found. */
const decodeEntry = (content: Buffer): DirectoryEntry => {
  const [dn, list] = elementsOf(content);
  const attributes = new Map<string, Buffer[]>();
  for (const attribute of elementsOf(contentOf(list, berTag.sequence))) {
    const [type, values] = elementsOf(contentOf(attribute, berTag.sequence));
    const name = attributeName(contentOf(type, berTag.octets).toString('utf8'));
    const held = attributes.get(name) ?? [];
    held.push(...elementsOf(contentOf(values, berTag.set)).map((value) => contentOf(value, berTag.octets)));
    attributes.set(name, held);
  }
  return { dn: contentOf(dn, berTag.octets).toString('utf8'), attributes };
};

const resultWords: Readonly<Record<number, string>> = {
  1: 'operationsError',
  2: 'protocolError',
  3: 'timeLimitExceeded',
  4: 'sizeLimitExceeded',
  8: 'strongerAuthRequired',
  10: 'referral',
  11: 'adminLimitExceeded',
  12: 'unavailableCriticalExtension',
  13: 'confidentialityRequired',
  32: 'noSuchObject',
  34: 'invalidDNSyntax',
  48: 'inappropriateAuthentication',
  49: 'invalidCredentials',
  50: 'insufficientAccessRights',
  51: 'busy',
  52: 'unavailable',
  53: 'unwillingToPerform',
};

/** Throws DIRECTORY unless the result is success. */
const checkResult = (content: Buffer, what: string): void => {
  const [code, , message] = elementsOf(content);
  const result = numberOf(code, berTag.enumerated);
  if (result === 0) return;
  const said = message === undefined ? '' : message.content.toString('utf8').slice(0, 200);
  throw new AppError(
    'DIRECTORY',
    `${what}: the directory answered ${result} ${resultWords[result] ?? ''}${said === '' ? '' : ` (${said})`}`,
    { result },
  );
};

/** The cookie of the page that follows; empty after the last. */
const cookieOf = (controls: readonly Element[]): Buffer | undefined => {
  for (const control of controls) {
    const parts = elementsOf(contentOf(control, berTag.sequence));
    if (parts[0]?.content.toString('latin1') !== pagedOid) continue;
    const value = parts.find(({ tag }, at) => at > 0 && tag === berTag.octets);
    if (value === undefined) continue;
    const [, cookie] = elementsOf(contentOf(elementsOf(value.content)[0], berTag.sequence));
    return contentOf(cookie, berTag.octets);
  }
  return undefined;
};

/** Cuts what comes into messages; whole lengths are known first, so nothing is copied again and again. */
const messageReader = (read: () => Promise<Buffer | undefined>) => {
  let chunks: Buffer[] = [];
  let held = 0;
  const joined = (): Buffer => {
    const [only] = chunks;
    const bytes = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
    chunks = [bytes];
    return bytes;
  };
  return async (): Promise<Buffer> => {
    let wanted: number | undefined;
    for (;;) {
      if (wanted === undefined && held >= 2) {
        wanted = elementLength(joined());
        if (wanted !== undefined && wanted > maxMessageBytes)
          throw new AppError('TOO_LARGE', 'a message of the directory is too large');
      }
      if (wanted !== undefined && held >= wanted) {
        const bytes = joined();
        const message = bytes.subarray(0, wanted);
        const rest = bytes.subarray(wanted);
        chunks = rest.length === 0 ? [] : [rest];
        held = rest.length;
        return message;
      }
      const more = await read();
      if (more === undefined) throw new AppError('UNREACHABLE', 'the directory closed the connection');
      chunks.push(more);
      held += more.length;
    }
  };
};

/** A session over an open connection. */
export const ldapSession = (connection: Connection): LdapSession => {
  let last = 0;
  let next = messageReader(connection.read);

  const send = (operation: Buffer, controls: readonly Buffer[] = []): number => {
    last += 1;
    const parts = [berInteger(last), operation, ...(controls.length === 0 ? [] : [berElement(0xa0, ...controls)])];
    connection.write(berElement(berTag.sequence, ...parts));
    return last;
  };

  const answer = async (id: number): Promise<LdapMessage> => {
    for (;;) {
      const message = decodeMessage(await next());
      if (message.id === id && message.op.tag !== op.intermediate) return message;
      // A notice of disconnection; anything else with another number answers nothing that was asked.
      if (message.id === 0) checkResult(message.op.content, 'ended');
      if (message.id !== id) throw new AppError('MALFORMED', 'the directory answers what nobody asked');
    }
  };

  const page = async (search: Search, cookie: Buffer): Promise<{ entries: DirectoryEntry[]; cookie: Buffer }> => {
    connection.allow(maxPageBytes);
    const request = berElement(
      op.search,
      berOctets(search.base),
      berInteger(scopes[search.scope], berTag.enumerated),
      berInteger(0, berTag.enumerated),
      berInteger(0),
      berInteger(searchSeconds),
      berBoolean(false),
      encodeFilter(search.filter),
      berElement(berTag.sequence, ...search.attributes.map((name) => berOctets(name))),
    );
    const paged = berElement(
      berTag.sequence,
      berOctets(pagedOid),
      berOctets(berElement(berTag.sequence, berInteger(search.pageSize), berOctets(cookie))),
    );
    const id = send(request, search.scope === 'base' ? [] : [paged]);
    const entries: DirectoryEntry[] = [];
    for (;;) {
      const message = await answer(id);
      if (message.op.tag === op.entry) entries.push(decodeEntry(message.op.content));
      else if (message.op.tag === op.done) {
        checkResult(message.op.content, `search below ${search.base === '' ? 'the root' : search.base}`);
        return { entries, cookie: cookieOf(message.controls) ?? Buffer.alloc(0) };
      } else if (message.op.tag !== op.reference) throw new AppError('MALFORMED', 'the directory answers out of turn');
      if (entries.length > search.maxEntries) throw tooMany(search.maxEntries);
    }
  };

  const tooMany = (most: number): AppError => new AppError('TOO_LARGE', `the directory has more than ${most} entries`);

  return {
    startTls: async (proof) => {
      const id = send(berElement(op.extended, berOctets(startTlsOid, 0x80)));
      const message = await answer(id);
      checkResult(contentOf(message.op, op.extendedDone), 'StartTLS');
      await connection.secure(proof);
      next = messageReader(connection.read);
    },
    bind: async (dn, password) => {
      const id = send(berElement(op.bind, berInteger(3), berOctets(dn), berOctets(password, 0x80)));
      checkResult(contentOf((await answer(id)).op, op.bound), 'bind');
    },
    search: async function* (search) {
      let cookie: Buffer = Buffer.alloc(0);
      let count = 0;
      for (let pages = 0; pages < maxPages; pages += 1) {
        const found = await page(search, cookie);
        count += found.entries.length;
        if (count > search.maxEntries) throw tooMany(search.maxEntries);
        yield found.entries;
        // A page may be empty and not the last one.
        if (found.cookie.length === 0) return;
        cookie = found.cookie;
      }
      throw tooMany(search.maxEntries);
    },
    close: () => {
      try {
        connection.write(berElement(berTag.sequence, berInteger(last + 1), Buffer.of(op.unbind, 0)));
      } catch (error) {
        // The other side may have gone already.
        if (!(error instanceof AppError)) throw error;
      }
      connection.close();
    },
  };
};
