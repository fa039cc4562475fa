import {
  berTag,
  bodyOf,
  boolean,
  type Element,
  element,
  elementLength,
  elementsOf,
  integer,
  numberOf,
  octets,
  wholeAt,
} from '@sallyport/bundle-tools/platform/ber';
import type { Connection, Proof } from '../../platform/connection.ts';
import { AppError } from '../../platform/errors.ts';
import type { DirectoryEntry } from './directory-entry.ts';
import { encodeFilter } from './ldap-filter.ts';

// What this appliance says to a directory (RFC 4511): bind, search, StartTLS, unbind. There is no request that changes
// anything. Referrals are not followed: their hosts are not named.

type SearchScope = 'base' | 'one' | 'subtree';

type Search = {
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
  for (const attribute of elementsOf(bodyOf(list, berTag.sequence))) {
    const [type, values] = elementsOf(bodyOf(attribute, berTag.sequence));
    const name = attributeName(bodyOf(type, berTag.octets).toString('utf8'));
    const held = attributes.get(name) ?? [];
    held.push(...elementsOf(bodyOf(values, berTag.set)).map((value) => bodyOf(value, berTag.octets)));
    attributes.set(name, held);
  }
  return { dn: bodyOf(dn, berTag.octets).toString('utf8'), attributes };
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

/** With the cookie of the page that follows; empty after the last. */
type Result = { code: number; message: string; cookie: Buffer };

/** Throws DIRECTORY unless the result is success. */
const checkResult = ({ code, message }: Result, what: string): void => {
  if (code === 0) return;
  const detail = message === '' ? '' : ` (${message})`;
  throw new AppError('DIRECTORY', `${what}: the directory answered ${code} ${resultWords[code] ?? ''}${detail}`, {
    result: code,
  });
};

const cookieOf = (controls: readonly Element[]): Buffer => {
  for (const control of controls) {
    const parts = elementsOf(bodyOf(control, berTag.sequence));
    if (parts[0]?.body.toString('latin1') !== pagedOid) continue;
    const value = parts.find(({ tag }, at) => at > 0 && tag === berTag.octets);
    if (value === undefined) continue;
    const [, cookie] = elementsOf(bodyOf(elementsOf(value.body)[0], berTag.sequence));
    return bodyOf(cookie, berTag.octets);
  }
  return Buffer.alloc(0);
};

type LdapMessage = { id: number; tag: number; entry?: DirectoryEntry; result?: Result };

/** Reads what a directory sent; MALFORMED. */
const decoded = <T>(read: () => T): T => {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new AppError('MALFORMED', `the directory sent what is no LDAP: ${cause.message}`, {}, { cause });
  }
};

/** One message as it came. */
const decodeMessage = (bytes: Buffer): LdapMessage => {
  const [number, operation, controls] = elementsOf(wholeAt(bytes, 0, berTag.sequence).body);
  if (operation === undefined) throw new RangeError('an empty message');
  const { tag, body } = operation;
  const message = { id: numberOf(number, berTag.integer), tag };
  if (tag === op.entry) return { ...message, entry: decodeEntry(body) };
  if (tag !== op.bound && tag !== op.done && tag !== op.extendedDone) return message;
  const [code, , words] = elementsOf(body);
  const result = {
    code: numberOf(code, berTag.enumerated),
    message: words === undefined ? '' : words.body.toString('utf8').slice(0, 200),
    cookie: cookieOf(controls === undefined ? [] : elementsOf(bodyOf(controls, 0xa0))),
  };
  return { ...message, result };
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
        const bytes = joined();
        wanted = decoded(() => elementLength(bytes));
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
    const parts = [integer(last), operation, ...(controls.length === 0 ? [] : [element(0xa0, ...controls)])];
    connection.write(element(berTag.sequence, ...parts));
    return last;
  };

  const answer = async (id: number): Promise<LdapMessage> => {
    for (;;) {
      const bytes = await next();
      const message = decoded(() => decodeMessage(bytes));
      if (message.id === id && message.tag !== op.intermediate) return message;
      // A notice of disconnection; anything else with another number answers nothing that was asked.
      if (message.id === 0 && message.result !== undefined) checkResult(message.result, 'ended');
      if (message.id !== id) throw new AppError('MALFORMED', 'the directory answered a request that was not sent');
    }
  };

  const resultOf = async (id: number, tag: number, what: string): Promise<void> => {
    const message = await answer(id);
    if (message.tag !== tag || message.result === undefined)
      throw new AppError('MALFORMED', 'the directory answers out of turn');
    checkResult(message.result, what);
  };

  const page = async (search: Search, cookie: Buffer): Promise<{ entries: DirectoryEntry[]; cookie: Buffer }> => {
    connection.allow(maxPageBytes);
    const request = element(
      op.search,
      octets(search.base),
      integer(scopes[search.scope], berTag.enumerated),
      integer(0, berTag.enumerated),
      integer(0),
      integer(searchSeconds),
      boolean(false),
      encodeFilter(search.filter),
      element(berTag.sequence, ...search.attributes.map((name) => octets(name))),
    );
    const paged = element(
      berTag.sequence,
      octets(pagedOid),
      octets(element(berTag.sequence, integer(search.pageSize), octets(cookie))),
    );
    const id = send(request, search.scope === 'base' ? [] : [paged]);
    const entries: DirectoryEntry[] = [];
    for (;;) {
      const { tag, entry, result } = await answer(id);
      if (entry !== undefined) entries.push(entry);
      else if (tag === op.done && result !== undefined) {
        checkResult(result, `search below ${search.base === '' ? 'the root' : search.base}`);
        return { entries, cookie: result.cookie };
      } else if (tag !== op.reference) throw new AppError('MALFORMED', 'the directory answers out of turn');
      if (entries.length > search.maxEntries) throw tooMany(search.maxEntries);
    }
  };

  const tooMany = (most: number): AppError => new AppError('TOO_LARGE', `the directory has more than ${most} entries`);

  return {
    startTls: async (proof) => {
      await resultOf(send(element(op.extended, octets(startTlsOid, 0x80))), op.extendedDone, 'StartTLS');
      await connection.secure(proof);
      next = messageReader(connection.read);
    },
    bind: async (dn, password) => {
      await resultOf(send(element(op.bind, integer(3), octets(dn), octets(password, 0x80))), op.bound, 'bind');
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
        connection.write(element(berTag.sequence, integer(last + 1), Buffer.of(op.unbind, 0)));
      } catch (error) {
        // The other side may have gone already.
        if (!(error instanceof AppError)) throw error;
      }
      connection.close();
    },
  };
};
