import { BundleError } from '../../../errors.ts';
import { defined } from '../../../platform/defined.ts';
import { type Paragraph, parseParagraphs } from './deb822.ts';
import type { Keyring } from './keyring.ts';

export type IndexFile = { sha256: string; sizeBytes: number };

/** What a verified InRelease says. */
export type Release = {
  origin: string;
  label: string;
  suite: string;
  codename: string;
  version: string;
  date: Date;
  validUntil?: Date;
  architectures: string[];
  components: string[];
  byHash: boolean;
  /** Only on explicit demand, such as an experimental suite. */
  notAutomatic: boolean;
  /** With `notAutomatic`: a package that came from here is kept up to date from here, as with backports. */
  butAutomaticUpgrades: boolean;
  /** Packages for all architectures stand in an index of their own only. */
  separateAll: boolean;
  files: ReadonlyMap<string, IndexFile>;
  /** `openpgp:<fingerprint>` of the vendor key whose signature was checked. */
  signer: string;
};

/** Clocks differ; apt allows the same. */
const MAX_AHEAD_MS = 10 * 60_000;

const words = (text: string | undefined): string[] => (text ?? '').split(/\s+/).filter((word) => word !== '');
const isYes = (text: string | undefined): boolean => text?.toLowerCase() === 'yes';

const dateOf = (paragraph: Paragraph, field: string): Date | undefined => {
  const text = paragraph.get(field);
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new BundleError('SOURCE_INVALID', `InRelease: ${field} is no time`);
  return new Date(ms);
};

const filesOf = (paragraph: Paragraph): Map<string, IndexFile> => {
  const files = new Map<string, IndexFile>();
  for (const line of (paragraph.get('sha256') ?? '').split('\n')) {
    if (line.trim() === '') continue;
    const [, sha256, size, path] = /^([0-9a-f]{64})\s+(\d{1,15})\s+(\S+)$/.exec(line.trim()) ?? [];
    if (sha256 === undefined || path === undefined)
      throw new BundleError('SOURCE_INVALID', 'InRelease: a broken SHA256 line');
    files.set(path, { sha256, sizeBytes: Number(size) });
  }
  if (files.size === 0) throw new BundleError('SOURCE_INVALID', 'InRelease lists no SHA-256 digest');
  return files;
};

/** The signed text, and the fingerprint of the first key of the keyring that signed it. */
const openSigned = async (
  bytes: Uint8Array,
  keyring: Keyring,
  now: Date,
): Promise<{ text: string; signer: string }> => {
  const { readCleartextMessage, verify } = await import('openpgp');
  let verified: Awaited<ReturnType<typeof verify>>;
  try {
    const message = await readCleartextMessage({ cleartextMessage: Buffer.from(bytes).toString('utf8') });
    verified = await verify({
      message,
      verificationKeys: [...keyring.keys],
      date: new Date(now.getTime() + MAX_AHEAD_MS),
    });
  } catch (cause) {
    throw new BundleError('SIGNATURE', 'InRelease is not a signed message', { cause });
  }
  for (const signature of verified.signatures) {
    const good = await signature.verified.then(
      () => true,
      () => false,
    );
    if (!good) continue;
    const id = signature.keyID.toHex();
    const key = keyring.keys.find((one) => one.getKeys().some((part) => part.getKeyID().toHex() === id));
    if (key !== undefined) return { text: String(verified.data), signer: `openpgp:${key.getFingerprint()}` };
  }
  throw new BundleError('SIGNATURE', 'InRelease has no valid signature of a key of the keyring');
};

/**
 * Verifies an InRelease and reads it. Only the text under the signature is read. Refuses with SIGNATURE, EXPIRED (past
 * Valid-Until) or SOURCE_INVALID (dated in the future, or a broken field).
 */
export const openRelease = async (bytes: Uint8Array, keyring: Keyring, now: Date): Promise<Release> => {
  const { text, signer } = await openSigned(bytes, keyring, now);
  const [paragraph, ...more] = parseParagraphs(text);
  if (paragraph === undefined || more.length > 0)
    throw new BundleError('SOURCE_INVALID', 'InRelease is not one paragraph');
  const date = dateOf(paragraph, 'date');
  const validUntil = dateOf(paragraph, 'valid-until');
  if (date === undefined) throw new BundleError('SOURCE_INVALID', 'InRelease has no Date');
  if (date.getTime() > now.getTime() + MAX_AHEAD_MS) {
    throw new BundleError('SOURCE_INVALID', `InRelease is dated in the future: ${date.toISOString()}`);
  }
  if (validUntil !== undefined && validUntil.getTime() < now.getTime()) {
    throw new BundleError('EXPIRED', `InRelease was valid until ${validUntil.toISOString()}`);
  }
  const architectures = words(paragraph.get('architectures'));
  return {
    origin: paragraph.get('origin') ?? '',
    label: paragraph.get('label') ?? '',
    suite: paragraph.get('suite') ?? '',
    codename: paragraph.get('codename') ?? '',
    version: paragraph.get('version') ?? '',
    date,
    ...defined({ validUntil }),
    architectures,
    components: words(paragraph.get('components')),
    byHash: isYes(paragraph.get('acquire-by-hash')),
    notAutomatic: isYes(paragraph.get('notautomatic')),
    butAutomaticUpgrades: isYes(paragraph.get('butautomaticupgrades')),
    separateAll:
      architectures.includes('all') && !words(paragraph.get('no-support-for-architecture-all')).includes('Packages'),
    files: filesOf(paragraph),
    signer,
  };
};
