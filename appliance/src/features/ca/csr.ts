import { AppError } from '../../platform/errors.ts';
import { sha256Hex } from './keys.ts';
import type { CertificateRequest } from './types.ts';

// SubjectPublicKeyInfo of an uncompressed P-256 point always starts with these bytes and has this length.
const p256Head = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');
const p256Bytes = 91;

/** A request for a certificate (PEM): only its public key is used, after its signature proved the private half. */
export const parseCertificateRequest = async (pem: string): Promise<CertificateRequest> => {
  const refuse = (cause?: unknown) =>
    new AppError('MALFORMED', 'not a signed PKCS#10 request with a P-256 key', {}, { cause });
  const { readRequest } = await import('./x509.ts');
  const publicKey = await readRequest(pem).catch((error: unknown) => {
    throw refuse(error);
  });
  const spki = new Uint8Array(publicKey?.rawData ?? new ArrayBuffer(0));
  if (spki.length !== p256Bytes || !p256Head.equals(spki.subarray(0, p256Head.length))) throw refuse();
  return { publicKey: spki, keyDigest: sha256Hex(spki) };
};
