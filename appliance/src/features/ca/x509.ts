import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import { p256 } from './keys.ts';
import { CLIENT_AUTH } from './types.ts';

// The library needs reflect-metadata before its own first line, so nothing else in the appliance imports it; and it is large, so
// this file is loaded where a certificate is made or a request is read.

/** Names become DNS entries and addresses IP entries: clients that are given an address look for the latter only. */
const alternativeNames = (addresses: readonly string[]): x509.JsonGeneralNames =>
  addresses.map((address) => ({ type: isIP(address) === 0 ? ('dns' as const) : ('ip' as const), value: address }));

const name = (attributes: Record<string, string>): x509.JsonName =>
  Object.entries(attributes).map(([key, value]) => ({ [key]: [value] }));

const usage = x509.KeyUsageFlags;
const serverAuth = '1.3.6.1.5.5.7.3.1';

type Validity = { notBefore: Date; notAfter: Date };

/** The CA's own certificate. It may sign leaves only. */
export const makeCaCertificate = async (
  keys: webcrypto.CryptoKeyPair,
  site: string,
  validity: Validity,
  serial: string,
): Promise<x509.X509Certificate> =>
  x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serial,
      name: name({ CN: `Sallyport ${site}`, O: site }),
      keys,
      ...validity,
      signingAlgorithm: p256,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(usage.keyCertSign | usage.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );

type LeafOptions = {
  ca: { certificate: x509.X509Certificate; key: webcrypto.CryptoKey };
  publicKey: webcrypto.CryptoKey;
  commonName: string;
  use: 'server' | 'client';
  addresses?: readonly string[];
  validity: Validity;
  serial: string;
};

/** A certificate signed by the CA for one use only. */
export const makeLeafCertificate = async (options: LeafOptions): Promise<x509.X509Certificate> => {
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(usage.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([options.use === 'server' ? serverAuth : CLIENT_AUTH], false),
    await x509.AuthorityKeyIdentifierExtension.create(options.ca.certificate, false, webcrypto),
    await x509.SubjectKeyIdentifierExtension.create(options.publicKey, false, webcrypto),
  ];
  if (options.addresses !== undefined) {
    extensions.push(new x509.SubjectAlternativeNameExtension(alternativeNames(options.addresses), false));
  }
  return x509.X509CertificateGenerator.create(
    {
      serialNumber: options.serial,
      subject: name({ CN: options.commonName }),
      issuer: options.ca.certificate.subjectName.toJSON(),
      publicKey: options.publicKey,
      signingKey: options.ca.key,
      ...options.validity,
      signingAlgorithm: p256,
      extensions,
    },
    webcrypto,
  );
};

/** The names and addresses of a certificate. */
export const addressesOf = (certificate: x509.X509Certificate): string[] =>
  (certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? []).map((item) => item.value);

export const parseCertificate = (pem: string): x509.X509Certificate => new x509.X509Certificate(pem);

/** Reads a request and checks its own signature: proof that the sender has the private key. */
export const readRequest = async (pem: string): Promise<x509.PublicKey | null> => {
  const request = new x509.Pkcs10CertificateRequest(pem);
  return (await request.verify(webcrypto)) ? request.publicKey : null;
};
