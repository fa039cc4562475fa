import { signEnvelope } from '@sallyport/bundle-tools/documents/envelope';
import type { SigningKey } from '@sallyport/bundle-tools/trust/keys';

/** Signs whatever the fuzzer gives, so that the document under the signature is what is read. */
export const signedAs = (payloadType: string, body: Uint8Array, keys: readonly SigningKey[]): Uint8Array =>
  signEnvelope({ payloadType, body, keys });

/** The body of an envelope. */
export const bodyOf = (envelope: Uint8Array): Uint8Array => {
  const { payload } = JSON.parse(Buffer.from(envelope).toString('utf8')) as { payload: string };
  return Buffer.from(payload, 'base64');
};
