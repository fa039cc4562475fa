import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressesOf, amount, flag, known, line, macOf, offsetMinutes, timeOf } from './fields.ts';

const time = (text: string, rule: Partial<Parameters<typeof timeOf>[2]> = {}) =>
  timeOf({ text }, 'text', { offsetMinutes: 0, ...rule });

describe('a date of an agent', () => {
  it.each([
    ['2026-11-24', '2026-11-24T00:00:00Z'],
    ['24/11/2026', '2026-11-24T00:00:00Z'],
    ['20261124', '2026-11-24T00:00:00Z'],
    ['2026/11/24 07:08:09', '2026-11-24T07:08:09Z'],
    ['2026-11-24T07:08', '2026-11-24T07:08:00Z'],
    ['2026-02-30', undefined],
    ['2026-11-24 25:00:00', undefined],
    ['1970-01-01', undefined],
    ['Fri Jun 12 14:15', undefined],
    ['', undefined],
  ])('%j is %j', (text, expected) => {
    expect(time(text)).toBe(expected);
  });

  it('is that of the clock that wrote it, and a day alone is that day', () => {
    expect(time('2026-11-24 03:00:00', { offsetMinutes: 300 })).toBe('2026-11-23T22:00:00Z');
    expect(time('2026-11-24', { offsetMinutes: 300 })).toBe('2026-11-24T00:00:00Z');
    expect(time('2026/00/31 10:00:00', { monthFromZero: true })).toBe('2026-01-31T10:00:00Z');
    expect(['+0500', '-0330', '+05:30', 'CET', '+9900'].map(offsetMinutes)).toEqual([300, -210, 330, 0, 0]);
  });

  it('is the same however it is written', () => {
    const day = fc.date({
      min: new Date('1980-01-01T00:00:00Z'),
      max: new Date('2100-01-01T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(day, (date) => {
        const [iso = '', clock = ''] = date.toISOString().split(/[T.]/);
        const [year, month, dayOfMonth] = iso.split('-');
        const expected = `${iso}T${clock}Z`;
        expect(time(`${iso} ${clock}`)).toBe(expected);
        expect(time(`${dayOfMonth}/${month}/${year} ${clock}`)).toBe(expected);
        expect(time(`${year}/${Number(month) - 1}/${dayOfMonth} ${clock}`, { monthFromZero: true })).toBe(expected);
      }),
    );
  });
});

describe('a value of an agent', () => {
  it('loses padding and control characters, and no more than it must of its length', () => {
    expect(line({ a: 'X1\u0000\u0000\u0000' }, 'a')).toBe('X1');
    expect(line({ a: '\u0007' }, 'a')).toBeUndefined();
    expect(line({ a: 'x'.repeat(300) }, 'a', 10)).toBe('x'.repeat(10));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20 }), (text, most) => {
        const read = line({ text }, 'text', most);
        expect(read === undefined || (read !== '' && read.length <= most && read.isWellFormed())).toBe(true);
        expect(/[\u0000-\u001f\u007f-\u009f]/.test(read ?? '')).toBe(false);
      }),
    );
  });

  it('says nothing where firmware says nothing', () => {
    const nothing = ['To Be Filled By O.E.M.', 'Not Specified', 'Default string', '0000', 'N/A', 'None', '----'];
    expect(nothing.map((a) => known({ a }, 'a'))).toEqual(nothing.map(() => undefined));
    expect(known({ a: 'FX-100' }, 'a')).toBe('FX-100');
  });

  it('is a number only where it is one', () => {
    expect(
      ['4096', 4096, '274877.906944', '0', '-1', '0 Mbps', '1e9', '9'.repeat(20)].map((a) => amount({ a }, 'a')),
    ).toEqual([4096, 4096, 274878, undefined, undefined, undefined, undefined, undefined]); // prettier-ignore
    expect(['Yes', '0', true, 'off', 'maybe'].map((a) => flag({ a }, 'a'))).toEqual([
      true,
      false,
      true,
      false,
      undefined,
    ]); // prettier-ignore
  });

  it('is an address in one spelling, without those that mean nothing elsewhere', () => {
    const row = { ips: ['192.0.2.7', '127.0.0.1', '169.254.1.1', 'x', '2001:DB8::1', 'fe80::1%eth0', '192.0.2.8/24'] };
    expect(addressesOf(row, 'ips', 4)).toEqual(['192.0.2.7', '192.0.2.8']);
    expect(addressesOf(row, 'ips', 6)).toEqual(['2001:db8::1']);
    expect(['00-1B-21-AA-BB-01', '001b.21aa.bb01', '00:00:00:00:00:00', 'x'].map((a) => macOf({ a }, 'a'))).toEqual([
      '00:1b:21:aa:bb:01',
      '00:1b:21:aa:bb:01',
      undefined,
      undefined,
    ]); // prettier-ignore
  });
});
