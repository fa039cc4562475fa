import { openEnvelope, parseEnvelope, payloadTypeOf, signEnvelope } from '@sallyport/bundle-tools/documents/envelope';
import { generateSigningKey } from '@sallyport/bundle-tools/trust/keys';
import { demand, type FuzzTarget } from '../target.ts';

const keys = [generateSigningKey(), generateSigningKey()];
const body = Buffer.from('{"a":1}');
const payloadType = payloadTypeOf('custody');

export const target: FuzzTarget = {
  name: 'envelope',
  run: (data) => {
    parseEnvelope(data, 65_536);
    const opened = openEnvelope(data, {
      payloadType,
      publicKeys: keys.map(({ publicKey }) => publicKey),
      threshold: 2,
      maxBytes: 65_536,
    });
    demand(Buffer.from(opened.body).equals(body), 'only what both keys signed is opened');
  },
  seeds: () => [
    signEnvelope({ payloadType, body, keys }),
    signEnvelope({ payloadType, body, keys: keys.slice(0, 1) }),
    signEnvelope({ payloadType: payloadTypeOf('bundle'), body, keys }),
  ],
  words: [
    '"payloadType"',
    '"payload"',
    '"signatures"',
    '"keyid"',
    '"sig"',
    'application/vnd.sallyport.custody.v1+json',
  ],
};
