import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  base64,
  base64Of,
  checkDocument,
  encodeDocument,
  hex,
  id,
  int,
  isTime,
  parseDocument,
  siteName,
  text,
  time,
  tufVersions,
} from './fields.ts';

// Section 3, "Types"; the documents that are made of them are in test/document-bounds.test.ts.

const digest = 'ab'.repeat(32);
const noon = '2026-05-01T12:00:00Z';
const tuf = { root: 1, timestamp: 2, snapshot: 3, targets: 4 };

const refusalOf = (schema: z.ZodType, value: unknown): string => {
  const result = schema.safeParse(value);
  return result.success ? 'good' : (result.error.issues[0]?.message ?? '');
};

describe('the types of fields', () => {
  it('base64 has one spelling', () => {
    for (const value of ['', 'AA==', 'AAA=', 'AAAA', '+/+/']) expect(refusalOf(base64, value)).toBe('good');
    for (const value of ['A', 'AA', 'AA=', 'AB==', '-_-_', 'AA==\n', ' AAAA', 'AAAA=']) {
      expect(refusalOf(base64, value)).toBe('not canonical base64');
    }
    expect(refusalOf(base64, 1)).not.toBe('good');
  });

  it('base64 of a size has that many bytes', () => {
    expect(refusalOf(base64Of(2), 'AAA=')).toBe('good');
    for (const value of ['AA==', 'AAAA', 'AAB=', 'AAA']) {
      expect(refusalOf(base64Of(2), value)).toBe('not 2 bytes in base64');
    }
  });

  it('a number is whole, from 0 to 2^53-1', () => {
    for (const value of [0, 1, Number.MAX_SAFE_INTEGER]) expect(refusalOf(int, value)).toBe('good');
    for (const value of [-1, 1.5, 2 ** 53, Number.NaN, '1', null, true]) expect(refusalOf(int, value)).not.toBe('good');
  });

  it('digests and ids are lower-case hex of their length', () => {
    expect(refusalOf(hex, digest)).toBe('good');
    for (const value of [digest.slice(1), `${digest}a`, digest.toUpperCase(), `${digest.slice(1)}g`, `${digest}\n`]) {
      expect(refusalOf(hex, value)).toBe('not a SHA-256 digest');
    }
    const one = 'cd'.repeat(16);
    expect(refusalOf(id, one)).toBe('good');
    for (const value of [one.slice(1), `${one}a`, one.toUpperCase(), `${one.slice(1)}g`]) {
      expect(refusalOf(id, value)).toBe('not an id');
    }
  });

  it('a time is a second that exists, in UTC', () => {
    for (const value of [noon, '0000-01-01T00:00:00Z', '2024-02-29T23:59:59Z', '9999-12-31T23:59:59Z']) {
      expect(isTime(value)).toBe(true);
      expect(refusalOf(time, value)).toBe('good');
    }
    const none = ['2026-13-01T00:00:00Z', '2026-02-30T00:00:00Z', '2023-02-29T00:00:00Z', '2026-05-01T24:00:00Z'];
    const odd = ['2026-05-01T12:00:60Z', '2026-05-01 12:00:00Z', '2026-05-01T12:00:00', '2026-05-01T12:00:00z'];
    const more = [`${noon} `, ` ${noon}`, `1${noon}`, '2026-05-01T12:00:00.0Z', '2026-05-01T12:00:00+00:00', ''];
    for (const value of [...none, ...odd, ...more]) {
      expect(isTime(value)).toBe(false);
      expect(refusalOf(time, value)).toBe('not a time');
    }
  });

  it('a site has a plain name', () => {
    for (const value of ['a', 'plant-7', '-', 'a'.repeat(64)]) expect(refusalOf(siteName, value)).toBe('good');
    for (const value of ['', 'Plant', 'a b', 'a_b', 'ä', 'a\n', 'a'.repeat(65)]) {
      expect(refusalOf(siteName, value)).toBe('not a site name');
    }
  });

  it('text has a length and no control character', () => {
    for (const value of ['', 'Цех №7', 'a'.repeat(256), '\u0080']) expect(refusalOf(text(), value)).toBe('good');
    expect(refusalOf(text(), 'a'.repeat(257))).not.toBe('good');
    expect(refusalOf(text(2), 'abc')).not.toBe('good');
    for (const value of ['\n', 'a\u0000b', '\u001f', 'a\u007f'])
      expect(refusalOf(text(), value)).toBe('control character');
  });

  it('versions are the four and no other', () => {
    expect(refusalOf(tufVersions, tuf)).toBe('good');
    expect(refusalOf(tufVersions, { ...tuf, mirrors: 1 })).not.toBe('good');
    for (const role of Object.keys(tuf)) {
      expect(refusalOf(tufVersions, { ...tuf, [role]: undefined })).not.toBe('good');
      expect(refusalOf(tufVersions, { ...tuf, [role]: -1 })).not.toBe('good');
      expect(refusalOf(tufVersions, { ...tuf, [role]: 0 })).toBe('good');
    }
  });
});

describe('a document', () => {
  const schema = z.strictObject({ a: z.strictObject({ b: int }) });

  it('is refused with its name, the way to the field, and why', () => {
    expect(checkDocument(schema, { a: { b: 1 } }, 'card')).toEqual({ a: { b: 1 } });
    expect(() => checkDocument(schema, { a: { b: -1 } }, 'card')).toThrow(
      expect.objectContaining({
        code: 'METADATA',
        message: 'card: a.b: Too small: expected number to be >=0',
      }),
    );
    expect(() => checkDocument(schema, 1, 'card')).toThrow(/^card: : /);
  });

  it('is parsed strictly and within its size', () => {
    const parse = (document: string, maxBytes = 100) => parseDocument(schema, Buffer.from(document), 'card', maxBytes);
    expect(parse('{"a":{"b":1}}', 13)).toEqual({ a: { b: 1 } });
    expect(() => parse('{"a":{"b":1}}', 12)).toThrow(expect.objectContaining({ code: 'LIMIT' }));
    expect(() => parse('{"a":{"b":1,"b":1}}')).toThrow('duplicate key');
    expect(() => parse('{"a":{}}')).toThrow('card: a.b: ');
  });

  it('is checked before it is written', () => {
    expect(Buffer.from(encodeDocument(schema, { a: { b: 1 } }, 'card')).toString()).toBe('{"a":{"b":1}}');
    expect(() => encodeDocument(schema, { a: { b: -1 } }, 'card')).toThrow('card: a.b: ');
  });
});
