import { describe, expect, it } from 'vitest';
import { encodeFilter } from './ldap-filter.ts';
import { defaultFilters } from './poll-directory.ts';

const hex = (filter: string): string => encodeFilter(filter).toString('hex');

describe('a search filter', () => {
  it('is encoded as RFC 4511 says', () => {
    expect(hex('(cn=a)')).toBe('a3070402636e040161');
    expect(hex('(cn=*)')).toBe('8702636e');
    expect(hex('(!(cn=*))')).toBe('a2048702636e');
    expect(hex('(&(cn=*)(sn=*))')).toBe('a0088702636e8702736e');
    expect(hex('(cn=a*b*c)')).toBe('a40f0402636e3009800161810162820163');
    expect(hex('(a>=1)')).toBe('a506040161040131');
    expect(hex('(cn=\\2a\\28)')).toBe('a30804026 36e04022a28'.replace(' ', ''));
    // The rule by which Active Directory looks at single bits.
    expect(hex('(u:1.2:=2)')).toBe('a90b8103312e328201758301 32'.replace(' ', ''));
    for (const filter of Object.values(defaultFilters)) expect(hex(filter).length).toBeGreaterThan(20);
  });

  it('is refused when it is none', () => {
    const none = [
      '',
      'cn=a',
      '(cn=a',
      '(cn=a))',
      '(&)',
      '(!(a=1)(b=2))',
      '()',
      '(=a)',
      '(cn=\\zz)',
      '(c n=a)',
      '(a=(b))',
      `${'(!'.repeat(30)}(a=b)${')'.repeat(30)}`,
    ];
    for (const filter of none) expect(() => encodeFilter(filter), filter).toThrow('not a search filter');
  });
});
