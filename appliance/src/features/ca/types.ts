// The site's own certificate authority: P-256, made at init, its key wrapped by the keyring. It signs the server's
// certificate, which holds every name and address that agents use, and the agents' certificates. Of a request for a
// certificate only the public key is taken; every other word in the certificate is ours. Agents pin this CA.

/** Certificates begin so long before they are issued: clocks of devices are behind. */
export const BACKDATE_MS = 86_400_000;

/** What a client certificate of ours is for, and nothing else (RFC 5280 4.2.1.12). */
export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

export type CertificateRequest = {
  /** SPKI, DER. */
  publicKey: Uint8Array;
  /** SHA-256 of the SPKI, hex. */
  keyDigest: string;
};

type IssuedCertificate = {
  pem: string;
  /** SHA-256 of the DER, hex. */
  fingerprint: string;
  serial: string;
  keyDigest: string;
  notBefore: number;
  notAfter: number;
};

/** What a TLS listener needs: PEM. */
export type TlsMaterial = { key: string; cert: string; ca: string };

export type CaService = {
  certificateDer: Uint8Array;
  certificatePem: string;
  /** When the certificate of the CA ends: everything that it signed ends with it. */
  notAfterMs: number;
  /** SPKI of the CA, DER: goes into the site card. */
  publicKey: Uint8Array;
  /** The server's certificate for exactly these names and addresses, and `applianceName`; made anew when they changed or its end is near. */
  serverMaterial(addresses: readonly string[]): Promise<TlsMaterial>;
  /** A request for a certificate (PEM): only its public key is used, after its signature proved the private half. */
  parseRequest(pem: string): Promise<CertificateRequest>;
  /** A client certificate of 90 days whose subject is the device's public id. */
  issueForDevice(request: CertificateRequest, publicId: string): Promise<IssuedCertificate>;
};
