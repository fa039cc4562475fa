import { Readable } from 'node:stream';
import { deflateSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorResponse } from '../../features/agents/native/routes.ts';
import { AppError } from '../errors.ts';
import { parseBody, readWire } from './body.ts';

const codeOf = (error: unknown): string => (error instanceof AppError ? error.code : 'other');
const outcome = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => codeOf(error));

describe('a body', () => {
  it('is read as plain, zlib or gzip, whatever it says it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), async (value) => {
        const json = Buffer.from(JSON.stringify(value));
        const expected: unknown = JSON.parse(json.toString());
        for (const wire of [json, gzipSync(json), deflateSync(json)]) {
          // A text of one letter repeated compresses better than the ratio that is allowed; then it is refused, not read.
          const read = await outcome(parseBody(wire));
          if (read !== 'TOO_LARGE') expect(read).toEqual(expected);
        }
      }),
    );
  });

  it('of any other bytes is refused with a code', async () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom('', '{', '\u001f\u008b', 'x'), async (tail, head) => {
        const read = await outcome(parseBody(Buffer.concat([Buffer.from(head, 'latin1'), tail])));
        expect(typeof read === 'object' || ['MALFORMED', 'TOO_LARGE', 'UNSUPPORTED_TYPE'].includes(String(read))).toBe(
          true,
        );
      }),
    );
  });

  it('is refused when it inflates past the cap or the ratio, or nests too deep', async () => {
    expect(await outcome(parseBody(gzipSync(`{"a":"${'x'.repeat(17 << 20)}"}`)))).toBe('TOO_LARGE');
    expect(await outcome(parseBody(gzipSync(`{"a":"${'x'.repeat(100_000)}"}`)))).toBe('TOO_LARGE');
    expect(await outcome(parseBody(Buffer.from(`{"a":${'['.repeat(16)}${']'.repeat(16)}}`)))).toBe('MALFORMED');
    expect(await outcome(parseBody(Buffer.from('{"a":"[[[[[[[[[[[[[[[[[[[[[[\\"[[[[[[["}')))).toEqual({
      a: '[[[[[[[[[[[[[[[[[[[[[["[[[[[[[',
    });
  });

  it('with invalid UTF-8 keeps the rest', async () => {
    expect(await parseBody(Buffer.concat([Buffer.from('{"a":"x'), Buffer.from([0xff]), Buffer.from('"}')]))).toEqual({
      a: 'x\ufffd',
    });
  });

  it('is not read past the cap, declared or not', async () => {
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(1024);
      })(),
    );
    expect(await outcome(readWire({ stream: endless, contentLength: undefined }, 10_000))).toBe('TOO_LARGE');
    const unread = Readable.from([Buffer.from('{}')]);
    expect(await outcome(readWire({ stream: unread, contentLength: '10001' }, 10_000))).toBe('TOO_LARGE');
    expect(unread.readableDidRead).toBe(false);
    const cut = new Readable({ read() {} });
    cut.push('{"a"');
    setImmediate(() => cut.destroy());
    expect(await outcome(readWire({ stream: cut, contentLength: '100' }, 10_000))).toBe('MALFORMED');
    expect(
      (
        await readWire({ stream: Readable.from([Buffer.from('a'), Buffer.from('b')]), contentLength: undefined }, 2)
      ).toString(),
    ).toBe('ab');
  });
});

describe('a body that is refused at its head', () => {
  it('is not read on, and the stream let go', async () => {
    const heads: string[] = [];
    const ask = (head: Buffer): void => {
      heads.push(head.toString());
      throw new AppError('OVERLOADED', 'busy');
    };
    const stream = new Readable({ read() {} });
    stream.push('{"a"');
    stream.push(': 1');
    expect(await outcome(readWire({ stream, contentLength: '100' }, 10_000, { bytes: 4, ask }))).toBe('OVERLOADED');
    expect([heads, stream.listenerCount('data'), stream.isPaused()]).toEqual([['{"a": 1'], 0, true]);
    // One that is no longer than its head is nothing to ask for.
    const whole = { stream: Readable.from([Buffer.from('{}')]), contentLength: undefined };
    expect((await readWire(whole, 10_000, { bytes: 4, ask })).toString()).toBe('{}');
  });
});

describe('a refusal', () => {
  const respond = async (error: unknown) => {
    const response = errorResponse(error, (seconds) => seconds);
    return [response.status, response.headers.get('retry-after'), await response.json()];
  };
  it('of a caller is always the same', async () => {
    const same = [401, null, { error: 'UNAUTHENTICATED', message: 'refused' }];
    for (const code of ['TOKEN', 'CERTIFICATE', 'REVOKED', 'UNAUTHENTICATED', 'FORBIDDEN'] as const) {
      expect(await respond(new AppError(code, `secret reason ${code}`))).toEqual(same);
    }
  });

  it('says when to come back, and nothing about our own defects', async () => {
    expect(await respond(new AppError('OVERLOADED', 'busy', { retryAfterSeconds: 7 }))).toEqual([
      503,
      '7',
      { error: 'OVERLOADED', message: 'busy' },
    ]);
    expect(await respond(new AppError('RATE_LIMITED', 'slow'))).toMatchObject([429, '60', {}]);
    expect(await respond(new TypeError('secret path'))).toEqual([
      500,
      null,
      { error: 'INTERNAL', message: 'internal error' },
    ]);
    expect(
      await respond(new AppError('INVALID', 'bad', { fields: { name: { key: 'validation.required' } } })),
    ).toMatchObject([422, null, { fields: { name: {} } }]);
  });
});
