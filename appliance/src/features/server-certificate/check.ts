import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { applianceName } from '@sallyport/bundle-tools/protocol/site';
import { AppError } from '../../platform/errors.ts';
import { servingFault } from '../../platform/http/served-tls.ts';
import { type CertificateFault, fieldOf, type GivenCertificate, maxPem, type PlantCertificate } from './types.ts';

// Looks at a certificate of the plant before it is taken. Everything that callers would refuse is refused here, with a stable code.

const maxCertificates = 10;
const serverAuth = '1.3.6.1.5.5.7.3.1';
const anyUse = '2.5.29.37.0';
const minRsaBits = 2_048;
const curves = ['prime256v1', 'secp384r1', 'secp521r1'];

const refused = (fault: CertificateFault, message: string): AppError =>
  new AppError('INVALID', `${fault}: ${message}`, {
    fault,
    fields: { [fieldOf(fault)]: { key: `certificate.fault.${fault}` } },
  });

type Block = { label: string; pem: string };

const begin = '-----BEGIN ';
const dashes = '-----';

/** The blocks of a PEM text in order; what stands between them is left out (RFC 7468 5.2). */
const blocksOf = (text: string): Block[] => {
  const found: Block[] = [];
  for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at + 1)) {
    const label = text.slice(at + begin.length, text.indexOf(dashes, at + begin.length));
    const end = `-----END ${label}-----`;
    const to = text.indexOf(end, at);
    if (label === '' || label.length > 64 || to < 0) continue;
    found.push({ label, pem: `${text.slice(at, to + end.length)}\n` });
  }
  return found;
};

const certificatesIn = (text: string, fault: 'PEM' | 'AUTHORITY'): X509Certificate[] => {
  const blocks = blocksOf(text).filter(({ label }) => label.endsWith('CERTIFICATE'));
  if (text.length > maxPem || blocks.length > maxCertificates)
    throw refused(fault, `the file is larger than ${maxPem} bytes, or holds more than ${maxCertificates} certificates`);
  if (blocks.length === 0) throw refused(fault, 'no certificate in PEM stands there (-----BEGIN CERTIFICATE-----)');
  return blocks.map(({ pem }) => {
    try {
      return new X509Certificate(pem);
    } catch {
      throw refused(fault, 'a certificate cannot be read');
    }
  });
};

const keyIn = (text: string): { key: KeyObject; pem: string } => {
  const blocks = blocksOf(text.slice(0, maxPem)).filter(({ label }) => label.endsWith('PRIVATE KEY'));
  const [block] = blocks;
  if (text.length > maxPem || block === undefined || blocks.length > 1)
    throw refused('KEY_PEM', 'one private key in PEM is needed (-----BEGIN PRIVATE KEY-----)');
  if (block.label.startsWith('ENCRYPTED') || block.pem.includes('ENCRYPTED'))
    throw refused('KEY_ENCRYPTED', 'the key has a password; take it off: openssl pkey -in FILE -out FILE.plain');
  try {
    return { key: createPrivateKey(block.pem), pem: block.pem };
  } catch {
    throw refused('KEY_PEM', 'the private key cannot be read');
  }
};

const isSelfSigned = (certificate: X509Certificate): boolean =>
  certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);

const isSignedBy = (child: X509Certificate, parent: X509Certificate): boolean =>
  child.checkIssued(parent) && child.verify(parent.publicKey) && parent.ca;

/** What is sent, and the root that ends it. */
const chainOf = (given: GivenCertificate): { sent: X509Certificate[]; root: X509Certificate } => {
  const all = certificatesIn(given.certificate, 'PEM');
  all.forEach((certificate, at) => {
    const next = all[at + 1];
    if (next !== undefined && !isSignedBy(certificate, next))
      throw refused(
        'ORDER',
        `certificate ${at + 1} of the file is not signed by certificate ${at + 2}: the server's comes first, then each authority that signed the one before`,
      );
  });
  const last = all.at(-1) as X509Certificate;
  if (isSelfSigned(last)) return { sent: all.length === 1 ? all : all.slice(0, -1), root: last };
  const [root, ...more] = given.authority ? certificatesIn(given.authority, 'AUTHORITY') : [];
  if (root === undefined || more.length > 0 || !isSelfSigned(root) || !isSignedBy(last, root))
    throw refused('AUTHORITY', "the root of the plant's authority is missing, or has not signed the last of the chain");
  return { sent: all, root };
};

const isWeak = (key: KeyObject): boolean => {
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa') return modulusLength < minRsaBits;
  return key.asymmetricKeyType !== 'ec' || !curves.includes(namedCurve);
};

const namesIn = ({ subjectAltName = '' }: X509Certificate): string[] =>
  subjectAltName
    .split(', ')
    .filter((name) => name !== '')
    .map((name) => name.replace(/^(?:DNS|IP Address):/, ''));

const pemOf = (certificates: readonly X509Certificate[]): string =>
  certificates.map((certificate) => certificate.toString()).join('');

const sha256 = ({ raw }: X509Certificate): string => createHash('sha256').update(raw).digest('hex');

/** A stored one, which was looked at when it was taken: its end and its names are judged by who presents it. */
export function readPlant(given: GivenCertificate): PlantCertificate {
  const { sent, root } = chainOf(given);
  const [leaf] = sent as [X509Certificate];
  const { key, pem } = keyIn(given.key);
  if (!leaf.checkPrivateKey(key)) throw refused('KEY_OTHER', 'the key does not belong to the first certificate');
  const every = [...sent, root];
  const chainPem = pemOf(sent);
  const unserved = servingFault({ key: pem, cert: chainPem });
  if (unserved !== undefined) throw refused('WEAK', `OpenSSL does not serve it: ${unserved}`);
  return {
    keyPem: pem,
    chainPem,
    authorityPem: pemOf([root]),
    subject: leaf.subject ?? '',
    issuer: leaf.issuer ?? '',
    fingerprint: sha256(leaf),
    authorityFingerprint: sha256(root),
    names: namesIn(leaf),
    notBefore: Math.max(...every.map(({ validFromDate }) => validFromDate.getTime())),
    notAfter: Math.min(...every.map(({ validToDate }) => validToDate.getTime())),
    // Programs look at the alternative names alone (RFC 9525 2). Our agents' name stays the site's.
    covers: (name) =>
      name !== applianceName && isIP(name) === 0 && leaf.checkHost(name, { subject: 'never' }) !== undefined,
  };
}

/** A certificate that may be presented under one of these names; INVALID with the `fault` in its details. */
export function checkPlant(
  given: GivenCertificate,
  { addresses, nowMs }: { addresses: readonly string[]; nowMs: number },
): PlantCertificate {
  const plant = readPlant(given);
  const [leaf] = chainOf(given).sent as [X509Certificate];
  if (isWeak(leaf.publicKey))
    throw refused('WEAK', `keys are RSA of ${minRsaBits} bits or more, or EC (P-256 to P-521)`);
  if (plant.notAfter <= nowMs)
    throw refused('EXPIRED', `it, or an authority above it, ended on ${new Date(plant.notAfter).toISOString()}`);
  if (plant.notBefore > nowMs)
    throw refused(
      'NOT_YET',
      `it begins on ${new Date(plant.notBefore).toISOString()}: is the clock of this computer right?`,
    );
  const uses = leaf.keyUsage as readonly string[] | undefined;
  if (leaf.ca || (uses !== undefined && !uses.includes(serverAuth) && !uses.includes(anyUse)))
    throw refused('USE', 'it is not for servers (extended key usage serverAuth), or is an authority itself');
  if (!addresses.some(plant.covers))
    throw refused(
      'NAMES',
      `it is for ${plant.names.join(', ').slice(0, 500) || 'no name'}, and the appliance is called ${addresses.join(', ').slice(0, 500)}; names are given by: sallyport setup --address`,
    );
  return plant;
}
