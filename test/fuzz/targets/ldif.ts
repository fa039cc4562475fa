import { directoryTree } from '@sallyport/appliance/features/discovery/directory-tree';
import { readLdif } from '@sallyport/appliance/features/discovery/ldif';
import { demand, type FuzzTarget } from '../target.ts';

const pieces = async function* (bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
};

const shown = async (bytes: Buffer, size: number): Promise<string> => {
  const tree = directoryTree();
  for await (const entry of readLdif(pieces(bytes, size))) tree.add(entry);
  return JSON.stringify(tree.content());
};

// The first byte says in pieces of which size the file comes; they change nothing.
export const target: FuzzTarget = {
  name: 'ldif',
  run: async (data) => {
    const [size = 0] = data;
    const rest = data.subarray(1);
    demand((await shown(rest, 1 + size)) === (await shown(rest, 1 << 20)), 'a file means the same however it is cut');
  },
  seeds: () => [
    '\u0003version: 1\n# people\ndn: uid=a,ou=p,dc=x\nobjectClass: inetOrgPerson\nuid: a\ncn:: 0JDQudC00L7RgQ==\ndescription: folded\n  over lines\n\ndn: cn=g,dc=x\nobjectClass: groupOfNames\ncn: g\nmember: uid=a,ou=p,dc=x\n',
    '\u0040dn: dc=x\r\nobjectClass: domain\r\ndc: x\r\n\r\nsearch: 2\r\nresult: 0 Success\r\n',
    '\u0001dn: CN=U,DC=x\nobjectClass: user\nsAMAccountName: u\nobjectSid:: AQEAAAAAAAUSAAAA\nobjectGUID:: AAAAAAAAAAAAAAAAAAAAAA==\nuserAccountControl: 514\nlastLogonTimestamp: 133000000000000000\nwhenCreated: 20260101000000.0Z\n',
  ],
  words: [
    'dn: ',
    'dn:: ',
    'changetype: add',
    'objectClass: ',
    '\n ',
    ':< file:///',
    'version: 1',
    'member: ',
    'control: ',
    '\\2c',
  ],
};
