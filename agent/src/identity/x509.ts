import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';

// The library needs reflect-metadata before its own first line, so nothing else in the agent imports it.

const p256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

type KeyAndRequest = { keyPem: string; csrPem: string };

const toPem = (label: string, bytes: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${(
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  ).join('\n')}\n-----END ${label}-----\n`;

/** A new key, made here and never sent, and the signed request for a certificate with its public half. */
export const newKeyAndRequest = async (): Promise<KeyAndRequest> => {
  const keys = await webcrypto.subtle.generateKey(p256, true, ['sign', 'verify']);
  const request = await Pkcs10CertificateRequestGenerator.create(
    // The appliance takes only the key from it and writes the name itself.
    { name: [{ CN: ['sallyport-agent'] }], keys, signingAlgorithm: p256 },
    webcrypto,
  );
  const pkcs8 = new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return { keyPem: toPem('PRIVATE KEY', pkcs8), csrPem: `${request.toString('pem')}\n` };
};
