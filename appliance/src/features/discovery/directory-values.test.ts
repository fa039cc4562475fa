import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { domainOf, parseDn, pathOf, sameDn } from './directory-entry.ts';
import { filetime, generalizedTime, groupKind, guidText, shadowDay, sidText } from './directory-values.ts';

describe('values of directories', () => {
  it('are identities of Active Directory', () => {
    // [MS-DTYP] 2.4.2: BUILTIN\Administrators.
    expect(sidText(Buffer.from('01020000000000052000000020020000', 'hex'))).toBe('S-1-5-32-544');
    expect(sidText(Buffer.from('0102000000000005200000', 'hex'))).toBeUndefined();
    expect(guidText(Buffer.from('33221100554477668899aabbccddeeff', 'hex'))).toBe(
      '00112233-4455-6677-8899-aabbccddeeff',
    );
    expect(guidText(Buffer.alloc(15))).toBeUndefined();
  });

  it('are times', () => {
    expect(filetime('116444736000000000')).toBe('1970-01-01T00:00:00Z');
    expect(filetime('133801632000000000')).toBe('2025-01-01T00:00:00Z');
    for (const none of ['0', '9223372036854775807', '', 'x', '-1', undefined]) expect(filetime(none)).toBeUndefined();
    expect(generalizedTime('20260102030405.0Z')).toBe('2026-01-02T03:04:05Z');
    expect(generalizedTime('202601020304Z')).toBe('2026-01-02T03:04:00Z');
    expect(generalizedTime('20260102030405+0500')).toBe('2026-01-01T22:04:05Z');
    for (const none of ['20261302030405Z', '2026', '20260102030405']) expect(generalizedTime(none)).toBeUndefined();
    expect(shadowDay(20_000)).toBe('2024-10-04T00:00:00Z');
    expect(shadowDay(-1)).toBeUndefined();
  });

  it('are kinds of groups', () => {
    expect([-2147483646, -2147483644, 8, 2, undefined].map(groupKind)).toEqual([
      'security-global',
      'security-domain-local',
      'distribution-universal',
      'distribution-global',
      undefined,
    ]);
  });
});

describe('distinguished names', () => {
  it('are read with their escapes', () => {
    expect(parseDn('CN=Serikov\\, Aidos,OU=Line \\#1,DC=plant,DC=kz')).toEqual([
      { type: 'cn', value: 'Serikov, Aidos' },
      { type: 'ou', value: 'Line #1' },
      { type: 'dc', value: 'plant' },
      { type: 'dc', value: 'kz' },
    ]);
    expect(parseDn('cn=\\d0\\90\\d0\\b9,o=x')[0]?.value).toBe('Ай');
    expect(domainOf('uid=a,ou=p,DC=Plant,dc=KZ')).toBe('plant.kz');
    expect(domainOf('uid=a,o=Plant')).toBe('o=Plant');
    expect(pathOf('uid=a,ou=line 1,ou=people,dc=plant,dc=kz')).toBe('people / line 1');
  });

  it('are the same whatever their case and spaces', () => {
    expect(sameDn('UID=A, OU=People ,dc=X')).toBe(sameDn('uid=a,ou=people,DC=x'));
    expect(sameDn('cn=a\\,b,dc=x')).not.toBe(sameDn('cn=a,cn=b,dc=x'));
  });

  it('keep any value that is escaped', () => {
    const escaped = (text: string): string =>
      [...Buffer.from(text, 'utf8')].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (value) => {
        expect(parseDn(`cn=${escaped(value)},dc=x`)[0]?.value).toBe(value.trim());
      }),
    );
  });
});
