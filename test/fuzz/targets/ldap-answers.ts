import { directoryTree } from '@sallyport/appliance/features/discovery/directory-tree';
import { ldapSession } from '@sallyport/appliance/features/discovery/ldap-client';
import { element, integer, octets } from '@sallyport/bundle-tools/platform/ber';
import type { FuzzTarget } from '../target.ts';

/** A connection on which these bytes come, whatever is asked. */
const answering = (bytes: Buffer, size: number) => {
  let at = 0;
  return {
    write: () => undefined,
    read: async () => {
      if (at >= bytes.length) return undefined;
      at += size;
      return bytes.subarray(at - size, at);
    },
    secure: async () => undefined,
    allow: () => undefined,
    stream: () => {
      throw new Error('LDAP is read by no library');
    },
    close: () => undefined,
  };
};

const message = (id: number, tag: number, ...parts: Uint8Array[]): Buffer =>
  element(0x30, integer(id), element(tag, ...parts));
const success = [integer(0, 0x0a), octets(''), octets('')];
const attribute = (name: string, ...values: (string | Uint8Array)[]): Buffer =>
  element(0x30, octets(name), element(0x31, ...values.map((value) => octets(value))));
const entry = element(
  0x30,
  attribute('objectClass', 'user', 'person'),
  attribute('sAMAccountName', 'u'),
  attribute('objectSid', Buffer.from('010100000000000512000000', 'hex')),
  attribute('member;range=0-1', 'CN=a', 'CN=b'),
);
const paged = element(
  0xa0,
  element(0x30, octets('1.2.840.113556.1.4.319'), octets(element(0x30, integer(0), octets('')))),
);

// The first byte says in pieces of which size the answers come: a bind, then a search.
export const target: FuzzTarget = {
  name: 'ldap-answers',
  run: async (data) => {
    const session = ldapSession(answering(data.subarray(1), 1 + (data[0] ?? 0)));
    await session.bind('cn=r', 'p');
    const tree = directoryTree();
    const search = {
      base: 'dc=x',
      scope: 'subtree',
      filter: '(cn=*)',
      attributes: ['cn'],
      pageSize: 5,
      maxEntries: 50,
    } as const;
    for await (const entries of session.search(search)) for (const one of entries) tree.add(one);
    tree.content();
  },
  seeds: () => [
    Buffer.concat([
      Buffer.of(7),
      message(1, 0x61, ...success),
      message(2, 0x64, octets('CN=U,DC=x'), entry),
      message(2, 0x73, octets('ldap://elsewhere/')),
      element(0x30, integer(2), element(0x65, ...success), paged),
    ]),
    Buffer.concat([Buffer.of(200), message(1, 0x61, integer(49, 0x0a), octets(''), octets('no'))]),
  ],
  words: ['\u0030\u0084', '\u0064', '\u0065', '\u0002\u0001\u0002', 'member;range=0-*'],
};
