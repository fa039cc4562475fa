import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/support/chance.ts';
import { parseStrictJson } from './strict-json.ts';

const parse = (text: string, options = {}): unknown =>
  parseStrictJson(Buffer.from(text), { maxBytes: 1_000_000, ...options });

const integers = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }).filter((n) => !Object.is(n, -0)),
    fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(
      fc.string({ unit: 'grapheme' }).filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 5, noNullPrototype: true },
    ),
  ),
}));

describe('strict JSON', () => {
  it('reads what JSON.stringify writes, packed or spaced', () => {
    fc.assert(
      fc.property(integers.value, fc.constantFrom(0, 2, '\t'), (value, space) => {
        expect(parse(JSON.stringify(value, null, space))).toEqual(value);
      }),
    );
  });

  it('never reads what JSON.parse does not, and never reads it otherwise', () => {
    const alphabet = fc.string({
      unit: fc.constantFrom(...Array.from('{}[]":,-+.eE0123456789 \\ubntrfals\n')),
      maxLength: 24,
    });
    fc.assert(
      fc.property(alphabet, (text) => {
        let mine: unknown;
        try {
          mine = parse(text, { allowFractions: true });
        } catch {
          return;
        }
        expect(mine).toEqual(JSON.parse(text));
      }),
      { numRuns: runs(5000) },
    );
  });

  it.each([
    ['a key twice', '{"a":1,"a":1}'],
    ['a key twice in another spelling', '{"a":1,"\\u0061":2}'],
    ['a nested key twice', '{"x":[{"a":1,"b":2,"a":3}]}'],
    ['the prototype', '{"__proto__":{}}'],
    ['a fraction', '1.5'],
    ['an exponent', '1e3'],
    ['2^53', '9007199254740992'],
    ['minus zero', '-0'],
    ['a leading zero', '01'],
    ['a plus', '+1'],
    ['a comma at the end of an array', '[1,]'],
    ['a comma at the end of an object', '{"a":1,}'],
    ['more after', '{} {}'],
    ['a mark', '\ufeff{}'],
    ['a comment', '/**/{}'],
    ['a control character', '"\u0001"'],
    ['a raw line feed', '"a\nb"'],
    ['a lone surrogate', '"\\ud800"'],
    ['a bad escape', '"\\x41"'],
    ['a bare word', 'NaN'],
    ['a cut word', 'tru'],
    ['single quotes', "'a'"],
    ['nothing', ''],
    ['space only', ' '],
    ['an open string', '"a'],
    ['an open array', '[1'],
    ['too many brackets', '['.repeat(40) + ']'.repeat(40)],
    ['another space', '\u00a0{}'],
  ])('refuses %s', (_, text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'METADATA' }));
  });

  it('refuses bytes that are no UTF-8, and more bytes than allowed', () => {
    expect(() => parseStrictJson(Uint8Array.of(0x22, 0xc3, 0x22), { maxBytes: 10 })).toThrow('UTF-8');
    expect(() => parseStrictJson(Buffer.from('[1,2,3]'), { maxBytes: 6 })).toThrow(
      expect.objectContaining({ code: 'LIMIT' }),
    );
  });

  it('takes fractions where they are allowed', () => {
    expect(parse('[1.5,-2e-3,0.1]', { allowFractions: true })).toEqual([1.5, -0.002, 0.1]);
    expect(() => parse('1e999', { allowFractions: true })).toThrow('out of range');
  });
});
