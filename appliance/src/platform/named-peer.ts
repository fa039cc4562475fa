import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Proof } from './connection.ts';
import type { FieldErrors } from './errors.ts';

// A computer inside the site as an object names it: its address, and how it proves to be that one. The fields are the same in every
// kind that names one: `host`, `ca`, `fingerprint`, `tlsName`.

type Body = Readonly<Record<string, unknown>>;

const text = (body: Body, name: string): string => (typeof body[name] === 'string' ? body[name] : '');

const isHost = (host: string): boolean =>
  isIP(host) !== 0 || (/^(?!.*\.\.)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(host) && !/^[\d.]+$/.test(host));

const isCertificate = (pem: string): boolean => {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    // Whatever is wrong with it, it is none.
    return false;
  }
};

/** A fingerprint as it is compared: 64 hex digits; undefined for what is none. */
const plainFingerprint = (typed: string): string | undefined => {
  const hex = typed.replace(/[\s:]/g, '').toLowerCase();
  return /^[0-9a-f]{64}$/.test(hex) ? hex : undefined;
};

/** What is wrong with the address and the proof of a peer; under TLS one of `ca` and `fingerprint` is needed. */
export function peerFaults(body: Body, options: { secured: boolean }): FieldErrors {
  const faults: FieldErrors = {};
  const [ca, fingerprint, tlsName] = [text(body, 'ca'), text(body, 'fingerprint'), text(body, 'tlsName')];
  if (!isHost(text(body, 'host'))) faults['host'] = { key: 'validation.network.host' };
  if (tlsName !== '' && !isHost(tlsName)) faults['tlsName'] = { key: 'validation.network.host' };
  if (ca !== '' && !isCertificate(ca)) faults['ca'] = { key: 'validation.network.onePemOnly' };
  if (fingerprint !== '' && plainFingerprint(fingerprint) === undefined)
    faults['fingerprint'] = { key: 'validation.network.sha256' };
  if (options.secured && ca === '' && fingerprint === '') faults['fingerprint'] = { key: 'validation.network.proof' };
  return faults;
}

/** How a peer proves itself; undefined where nothing was entered for it. */
export function proofOf(body: Body): Proof | undefined {
  const sha256 = plainFingerprint(text(body, 'fingerprint'));
  if (sha256 !== undefined) return { by: 'fingerprint', sha256 };
  const pem = text(body, 'ca');
  return pem === '' ? undefined : { by: 'ca', pem, name: text(body, 'tlsName') || text(body, 'host') };
}
