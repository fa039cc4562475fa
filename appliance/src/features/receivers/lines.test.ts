import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counted, lineOf } from './lines.ts';
import { answerReader, frame, isTaken, nextTxnr } from './relp.ts';
import type { LineEvent } from './types.ts';

const origin = { site: 'Цех "1"', host: 'sallyport.plant', version: '0.3.0' };
const event = (params: Record<string, string | number>): LineEvent => ({
  id: 7,
  at: Date.parse('2026-12-04T05:06:07.089Z'),
  type: 'bundle-refused',
  severity: 'critical',
  area: 'exchange',
  device: { id: 'd-1', name: 'Сорғы 2' },
  actor: 'account:a1',
  from: '10.0.0.1',
  params,
  audit: 12,
  title: 'bundle refused',
  sentence: 'Бума қабылданбады',
});

/** Structured data by RFC 5424 6.3 alone: a reader of another hand than the writer. */
const readStructured = (line: string): Map<string, string> => {
  const found = new Map<string, string>();
  let at = line.indexOf('[') + 1;
  at = line.indexOf(' ', at) + 1;
  for (;;) {
    const name = line.slice(at, line.indexOf('=', at));
    at = line.indexOf('"', at) + 1;
    let value = '';
    for (; line[at] !== '"'; at++) {
      if (line[at] === '\\') at++;
      value += line[at];
    }
    found.set(name, value);
    at += 1;
    if (line[at] === ']') return found;
    at += 1;
  }
};

/** Extensions of CEF: a key begins after a space, a sign of equality within a value is escaped. */
const readCef = (line: string): Map<string, string> => {
  const [, text = ''] = /\| (?!.*\| (?=\w+=))(.*)$/s.exec(line) ?? [];
  const found = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/(?:^| )(\w+)=((?:\\.|[^\\=])*)(?=$| \w+=)/gs))
    found.set(name, value.replace(/\\(.)/gs, '$1'));
  return found;
};

const readLeef = (line: string): Map<string, string> =>
  new Map(
    line
      .slice(line.indexOf('|0x09|') + 6)
      .split('\t')
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );

/** What is left of a text in one line. */
const plain = (text: string): string => text.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ');

describe('a line', () => {
  it('has its head by RFC 5424', () => {
    expect(lineOf('rfc5424', event({}), origin)).toBe(
      '<106>1 2026-12-04T05:06:07.089+00:00 sallyport.plant sallyport - bundle-refused ' +
        '[sallyport@32473 seq="7" site="Цех \\"1\\"" severity="critical" area="exchange" deviceId="d-1" ' +
        'deviceName="Сорғы 2" actor="account:a1" from="10.0.0.1" journal="12"] Бума қабылданбады',
    );
  });

  it('of CEF has a space after its last pipe', () => {
    expect(lineOf('cef', event({}), origin)).toContain(
      ' - CEF:0|Sallyport|Appliance|0.3.0|bundle-refused|bundle refused|10| rt=1796360767089 ',
    );
  });

  it('gives every value back to a reader of its format, and is one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const given = event({ what: text });
        const [syslog, cef, leef] = (['rfc5424', 'cef', 'leef'] as const).map((format) =>
          lineOf(format, given, origin),
        );
        for (const line of [syslog, cef, leef]) expect(line).not.toMatch(/[\r\n\u0000]/);
        expect(readStructured(syslog ?? '').get('p_what')).toBe(plain(text));
        expect(readLeef(leef ?? '').get('p_what')).toBe(plain(text));
        // Spaces at the end of a value of CEF belong to what parts it from the next key.
        expect(
          readCef(cef ?? '')
            .get('spPWhat')
            ?.trim(),
        ).toBe(plain(text).trim());
      }),
    );
  });

  it('is counted in bytes', () => {
    expect(counted('Ұ').toString()).toBe('2 Ұ');
  });
});

describe('RELP', () => {
  it('reads answers however they are cut', () => {
    const bytes = Buffer.from(
      '1 rsp 32 200 OK\nrelp_version=0\ncommands=s\n2 rsp 6 200 OK\n3 rsp 9 500 error\n0 serverclose 0\n',
    );
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 8 }), (cuts) => {
        const read = answerReader();
        const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const found = at.slice(1).flatMap((end, n) => read(bytes.subarray(at[n], end)));
        expect(found.map(({ txnr, command }) => `${txnr} ${command}`)).toEqual([
          '1 rsp',
          '2 rsp',
          '3 rsp',
          '0 serverclose',
        ]);
        expect(found.map(isTaken)).toEqual([true, true, false, false]);
      }),
    );
  });

  it('says of another protocol that it is none', () => {
    expect(() => answerReader()(Buffer.from('HTTP/1.1 400 Bad Request\r\n'.repeat(4)))).toThrow('RELP');
    expect(() => answerReader()(Buffer.from('1 rsp 99999999 x'))).toThrow('RELP');
  });

  it('counts its frames in bytes, and begins again after the last number', () => {
    expect(frame(9, 'syslog', 'Ұ').toString()).toBe('9 syslog 2 Ұ\n');
    expect(nextTxnr(999_999_999)).toBe(1);
  });
});
