import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/support/chance.ts';
import { generateSigningKey } from '../trust/keys.ts';
import { encodeEnvelope, openEnvelope, parseEnvelope, preAuthEncoding, signEnvelope } from './envelope.ts';

const [a, b, c] = [generateSigningKey(), generateSigningKey(), generateSigningKey()];
const payloadType = 'application/vnd.sallyport.test.v1+json';
const body = Buffer.from('{"n":1}');
const open = (bytes: Uint8Array, threshold = 1, keys = [a, b]): string[] =>
  openEnvelope(bytes, { payloadType, publicKeys: keys.map(({ publicKey }) => publicKey), threshold, maxBytes: 10_000 })
    .keyids;

describe('an envelope', () => {
  it('covers what DSSE says', () => {
    expect(Buffer.from(preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world'))).toString()).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    );
  });

  it('counts distinct keys that are asked for', () => {
    expect(open(signEnvelope({ payloadType, body, keys: [a] }))).toEqual([a.keyid]);
    expect(open(signEnvelope({ payloadType, body, keys: [a, b] }), 2)).toEqual([a.keyid, b.keyid]);
    expect(open(signEnvelope({ payloadType, body, keys: [c, a] }))).toEqual([a.keyid]);
    for (const keys of [[a], [a, a], [a, c], [c]]) {
      expect(() => open(signEnvelope({ payloadType, body, keys }), 2)).toThrow(
        expect.objectContaining({ code: 'SIGNATURE' }),
      );
    }
  });

  it('counts a key once that is asked for twice', () => {
    expect(() => open(signEnvelope({ payloadType, body, keys: [a] }), 2, [a, a])).toThrow('1 of 2');
  });

  it('never opens with a threshold of none', () => {
    expect(() => open(signEnvelope({ payloadType, body, keys: [c] }), 0)).toThrow('0 of 1');
  });

  it('refuses a bad signature of a known key beside a good one', () => {
    const good = parseEnvelope(signEnvelope({ payloadType, body, keys: [a, b] }), 10_000);
    const [first, second] = good.signatures;
    const mixed = encodeEnvelope({ ...good, signatures: [first!, { ...second!, sig: first!.sig }] });
    expect(() => open(mixed)).toThrow('does not verify');
  });

  it('is refused with any bit changed', () => {
    const bytes = signEnvelope({ payloadType, body, keys: [a] });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length * 8 - 1 }), (bit) => {
        const altered = Uint8Array.from(bytes);
        altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => open(altered)).toThrow(expect.objectContaining({ name: 'BundleError' }));
      }),
      { numRuns: runs(500) },
    );
  });

  it.each([
    ['another payload type', { payloadType: 'application/json' }],
    ['an unknown field', { extra: 1 }],
    ['no signature', { signatures: [] }],
    ['base64 without padding', { payload: 'eyJuIjoxfQ' }],
    ['base64 with stray bits', { payload: 'eyJuIjoxfR==' }],
    ['base64 for URLs', { payload: '_-8=' }],
    ['a field missing', { payload: undefined }],
  ])('refuses %s', (_, change) => {
    const envelope = JSON.parse(Buffer.from(signEnvelope({ payloadType, body, keys: [a] })).toString()) as object;
    expect(() => open(Buffer.from(JSON.stringify({ ...envelope, ...change })))).toThrow(
      expect.objectContaining({ code: 'METADATA' }),
    );
  });
});
