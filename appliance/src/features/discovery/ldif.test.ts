import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { readLdif } from './ldif.ts';

const entriesOf = async (text: string | Buffer, pieceBytes = 7) => {
  const bytes = Buffer.from(text);
  const pieces = Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
    })(),
  );
  const entries: Record<string, unknown>[] = [];
  for await (const { dn, attributes } of readLdif(pieces))
    entries.push({ dn, ...Object.fromEntries([...attributes].map(([name, values]) => [name, values.map(String)])) });
  return entries;
};
const refusal = (text: string) =>
  entriesOf(text).then(
    () => 'taken',
    (error: { code: string; message: string }) => `${error.code} ${error.message}`,
  );

describe('an LDIF file', () => {
  it('is read with folded lines, base64, comments and either end of line', async () => {
    const text = [
      'version: 1',
      '# a comment that is',
      '  folded too: description: no',
      'dn: uid=a,',
      ' ou=people,dc=x',
      'objectClass: person',
      'objectClass: inetOrgPerson',
      'cn:: 0JDQudC00L7RgQ==',
      'description;lang-en:  two',
      '   words',
      'empty:',
      '',
      '',
      'dn:: b3U90JAsZGM9eA==',
      'ou: x',
    ];
    const expected = [
      {
        dn: 'uid=a,ou=people,dc=x',
        objectclass: ['person', 'inetOrgPerson'],
        cn: ['Айдос'],
        description: ['two  words'],
        empty: [''],
      },
      { dn: 'ou=А,dc=x', ou: ['x'] },
    ];
    expect(await entriesOf(text.join('\n'))).toEqual(expected);
    expect(await entriesOf(text.join('\r\n'))).toEqual(expected);
  });

  it('is refused when it changes a directory, reads a file, is cut short or is something else', async () => {
    const changes = ['add', 'delete', 'modify', 'modrdn'].map((type) => `dn: cn=a\nchangetype: ${type}\n`);
    const refused = [
      ...changes,
      'dn: cn=a\ncontrol: 1.2.3 true\nchangetype: delete\n',
      'dn: cn=a\njpegPhoto:< file:///etc/shadow\n',
      'dn: cn=a\ncn:: ***\n',
      'dn: cn=a\ndn: cn=b\n',
      'cn: a\n',
      ' folded\n',
      'version: 2\ndn: cn=a\n',
      'dn: cn=a\nno colon\n',
      'dn: cn=a\ncn: a\n\n# search result\nsearch: 2\nresult: 4 Size limit exceeded\n',
      '{"dn":"cn=a"}',
    ];
    for (const text of refused) expect(`${text}${await refusal(text)}`).toContain('MALFORMED LDIF, line');
    expect(await refusal('dn: cn=a\ncn: a\n\nsearch: 2\nresult: 0 Success\n')).toBe('taken');
  });

  it('gives back any value, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 90 }), async (bytes, size) => {
        const coded = Buffer.from(bytes).toString('base64');
        const folded = `v:: ${coded}`.replace(/(.{60})(?=.)/g, '$1\n ');
        const [entry] = await entriesOf(`dn: cn=a\n${folded}\n`, size);
        expect(entry?.['v']).toEqual([Buffer.from(bytes).toString()]);
      }),
      { numRuns: runs(60) },
    );
  });
});
