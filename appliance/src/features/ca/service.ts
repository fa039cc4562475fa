import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { nowMs, randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { applianceName } from '@sallyport/bundle-tools/protocol/site';
import { AppError } from '../../platform/errors.ts';
import type { Keyring } from '../../platform/keyring.ts';

import { exportPrivate, generateKeys, importPrivate, importPublic, sha256Hex, toPem } from './keys.ts';
import { BACKDATE_MS, type CaService, type CertificateRequest, type TlsMaterial } from './types.ts';

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

type CaParts = {
  keyring: Keyring;
  /** DATA/keys: the certificates lie beside the wrapped keys. */
  keysDir: string;
  clock?: () => number;
  /** Life of agents' certificates; 90 days by default. */
  certificateDays?: () => number;
};

const dayMs = 24 * 3600 * 1000;
// Clocks in an isolated network are often behind; a certificate must not be "from the future" for them.
const caLifeMs = 20 * 365 * dayMs;
const serverLifeMs = 2 * 365 * dayMs;
const serverRenewMs = 90 * dayMs;
const agentLifeDays = 90;

const files = { caKey: 'ca.key', ca: 'ca.pem', serverKey: 'server.key', server: 'server.pem' } as const;

/** 126 random bits, positive and without a leading zero octet in DER. */
const newSerial = (): string => {
  const bytes = Buffer.from(randomBytes(16));
  bytes[0] = (Number(bytes[0]) & 0x3f) | 0x40;
  return bytes.toString('hex');
};

const validity = (now: number, lifeMs: number) => ({
  notBefore: new Date(now - BACKDATE_MS),
  notAfter: new Date(Math.floor((now + lifeMs) / 1000) * 1000),
});

/** What the server's certificate names: what people and programs of others use, and what our agents ask for. */
const namesFor = (addresses: readonly string[]): string[] => [...new Set([...addresses, applianceName])];

/** Makes the site's CA unless there is one. */
export const initCa = async (parts: CaParts & { site: string }): Promise<void> => {
  const path = join(parts.keysDir, files.ca);
  if (parts.keyring.hasFile(files.caKey) && isThere(path)) return;
  const now = (parts.clock ?? nowMs)();
  const { makeCaCertificate } = await import('./x509.ts');
  const keys = await generateKeys();
  const certificate = await makeCaCertificate(keys, parts.site, validity(now, caLifeMs), newSerial());
  parts.keyring.writeFile(files.caKey, await exportPrivate(keys.privateKey));
  writeFileDurable(path, `${certificate.toString('pem')}\n`, 0o644);
};

const readCertificate = (pem: string): X509Certificate => {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new AppError('KEY', `keys/${files.ca} is no certificate`, {}, { cause });
  }
};

/** Opens the site's CA; throws KEY when init has not made it. */
export const openCa = async (parts: CaParts): Promise<CaService> => {
  const clock = parts.clock ?? nowMs;
  const pathOf = (file: string): string => join(parts.keysDir, file);
  if (!isThere(pathOf(files.ca))) throw new AppError('KEY', `keys/${files.ca} is missing`);
  const certificatePem = readFileSync(pathOf(files.ca), 'utf8');
  const certificate = readCertificate(certificatePem);
  const key = await importPrivate(parts.keyring.readFile(files.caKey));

  const heldServerMaterial = async (addresses: readonly string[]): Promise<TlsMaterial | undefined> => {
    if (!isThere(pathOf(files.server)) || !parts.keyring.hasFile(files.serverKey)) return undefined;
    const pem = readFileSync(pathOf(files.server), 'utf8');
    const { addressesOf, parseCertificate } = await import('./x509.ts');
    const held = parseCertificate(pem);
    const same = JSON.stringify(addressesOf(held).sort()) === JSON.stringify(namesFor(addresses).sort());
    const privateKey = toPem('PRIVATE KEY', parts.keyring.readFile(files.serverKey));
    if (
      !same ||
      // A crash between the two files leaves a key of another certificate.
      !new X509Certificate(pem).checkPrivateKey(createPrivateKey(privateKey)) ||
      held.notAfter.getTime() - clock() < serverRenewMs ||
      held.issuer !== parseCertificate(certificatePem).subject
    )
      return undefined;
    return { key: privateKey, cert: pem, ca: certificatePem };
  };

  const newServerMaterial = async (addresses: readonly string[]): Promise<TlsMaterial> => {
    const { makeLeafCertificate, parseCertificate } = await import('./x509.ts');
    const keys = await generateKeys();
    const first = addresses.find((address) => isIP(address) === 0) ?? addresses[0] ?? 'sallyport';
    const server = await makeLeafCertificate({
      ca: { certificate: parseCertificate(certificatePem), key },
      publicKey: keys.publicKey,
      commonName: first.slice(0, 64),
      use: 'server',
      addresses: namesFor(addresses),
      validity: validity(clock(), serverLifeMs),
      serial: newSerial(),
    });
    const privateKey = await exportPrivate(keys.privateKey);
    const pem = `${server.toString('pem')}\n`;
    parts.keyring.writeFile(files.serverKey, privateKey);
    writeFileDurable(pathOf(files.server), pem, 0o644);
    return { key: toPem('PRIVATE KEY', privateKey), cert: pem, ca: certificatePem };
  };

  return {
    certificateDer: new Uint8Array(certificate.raw),
    certificatePem,
    notAfterMs: certificate.validToDate.getTime(),
    publicKey: new Uint8Array(certificate.publicKey.export({ type: 'spki', format: 'der' })),
    serverMaterial: async (addresses) => (await heldServerMaterial(addresses)) ?? newServerMaterial(addresses),
    parseRequest: parseCertificateRequest,
    issueForDevice: async (request, publicId) => {
      const span = validity(clock(), (parts.certificateDays?.() ?? agentLifeDays) * dayMs);
      const serial = newSerial();
      const { makeLeafCertificate, parseCertificate } = await import('./x509.ts');
      const issued = await makeLeafCertificate({
        ca: { certificate: parseCertificate(certificatePem), key },
        publicKey: await importPublic(request.publicKey),
        commonName: publicId,
        use: 'client',
        validity: span,
        serial,
      });
      return {
        pem: `${issued.toString('pem')}\n`,
        fingerprint: sha256Hex(new Uint8Array(issued.rawData)),
        serial,
        keyDigest: request.keyDigest,
        notBefore: span.notBefore.getTime(),
        notAfter: span.notAfter.getTime(),
      };
    },
  };
};
