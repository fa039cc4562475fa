// The certificate of the plant's own authority, presented to callers that ask for a name that it covers; everybody else, and our
// own agents always, get the certificate of the site's authority. Key, chain and authority are one sealed file in keys/: there
// is no moment with one without the other, and backups carry it like every key.

/** Its name in keys/. */
export const plantFile = 'plant-certificate';

/** Most characters of each PEM text. */
export const maxPem = 65_536;

/** Why a certificate is not taken; stable. */
export type CertificateFault =
  | 'PEM'
  | 'KEY_PEM'
  | 'KEY_ENCRYPTED'
  | 'KEY_OTHER'
  | 'WEAK'
  | 'ORDER'
  | 'AUTHORITY'
  | 'EXPIRED'
  | 'NOT_YET'
  | 'USE'
  | 'NAMES';

/** The field of a form that a fault belongs to. */
export const fieldOf = (fault: CertificateFault): 'certificate' | 'key' | 'authority' =>
  fault.startsWith('KEY_') ? 'key' : fault === 'AUTHORITY' ? 'authority' : 'certificate';

/** What a person gives, PEM. */
export type GivenCertificate = {
  /** The server's certificate, then each authority that signed the one before. */
  certificate: string;
  key: string;
  /** The root of the plant, where the chain does not end with it. */
  authority?: string | undefined;
};

/** A certificate of the plant that was looked at whole. */
export type PlantCertificate = {
  keyPem: string;
  /** What is sent to callers: the server's certificate and those between it and the root. */
  chainPem: string;
  /** What callers have to trust. */
  authorityPem: string;
  subject: string;
  issuer: string;
  /** SHA-256 of the server's certificate, and of the root, hex. */
  fingerprint: string;
  authorityFingerprint: string;
  /** The names in it, as it has them. */
  names: readonly string[];
  notBefore: number;
  /** The earliest end in the chain, the root included. */
  notAfter: number;
  /** Whether it is for this name; an address is none. */
  covers: (name: string) => boolean;
};

/**
 * `presented`; `ended`: the site's own is presented instead; `not-named`: it covers none of the appliance's names; `unreadable`:
 * the file is damaged.
 */
export type PlantState = 'none' | 'presented' | 'ended' | 'not-named' | 'unreadable';

/** What health says of it. */
export const CERTIFICATE_CODES = [
  'CERTIFICATE_ENDS',
  'CERTIFICATE_ENDED',
  'CERTIFICATE_NAMES',
  'CERTIFICATE_UNREADABLE',
] as const;
export type CertificateCode = (typeof CERTIFICATE_CODES)[number];

/** Days before its end at which the site speaks. */
export const END_STEPS_DAYS: readonly number[] = [30, 7];
