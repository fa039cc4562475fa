import { createECDH, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { base64Of } from '../documents/fields.ts';
import { parseStrictJson } from '../documents/strict-json.ts';
import { BundleError } from '../errors.ts';
import { randomBytes } from '../platform/ambient.ts';
import { defined } from '../platform/defined.ts';
import { fingerprintOf } from '../trust/keys.ts';
import { keyLabel } from './key-label.ts';
import { readBounded } from './read-bounded.ts';
import { openSealed, sealedSecret, sealSecret } from './sealed-key.ts';

// The fallback key of a release, P-256: OpenSSL 1.1.1 verifies no Ed25519 signature of a file. Its file has the public half as a point of 65
// bytes (SEC 1, 2.3.3), the secret half as the scalar and the point's x, 32 bytes each.

/** A pair; both halves as node:crypto has them. */
export type FallbackKey = { readonly publicKey: KeyObject; readonly privateKey: KeyObject };

const maxFileBytes = 4096;
const common = { type: z.literal('p256'), public: base64Of(65), label: keyLabel.optional() };
const fileShape = z.union([
  z.strictObject({ ...common, secret: base64Of(64) }),
  z.strictObject({ ...common, sealed: sealedSecret }),
]);
type FallbackFile = z.infer<typeof fileShape>;

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const halfOf = (point: Uint8Array) => ({
  kty: 'EC',
  crv: 'P-256',
  x: base64url(point.subarray(1, 33)),
  y: base64url(point.subarray(33)),
});
const publicKeyOf = (point: Uint8Array): KeyObject => createPublicKey({ key: halfOf(point), format: 'jwk' });

const pairOf = (scalar: Uint8Array): { point: Buffer; key: FallbackKey } => {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(scalar);
  const point = curve.getPublicKey();
  const privateKey = createPrivateKey({ key: { ...halfOf(point), d: base64url(scalar) }, format: 'jwk' });
  return { point, key: { privateKey, publicKey: publicKeyOf(point) } };
};

/** The public half in DER (RFC 5480), of which a person compares the SHA-256. */
export const fallbackDer = ({ publicKey }: Pick<FallbackKey, 'publicKey'>): Uint8Array =>
  new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));

/** A new pair, as the content of its file, and the fingerprint of its public half. */
export const newFallbackKey = (options: {
  readonly label?: string;
  readonly passphrase?: string;
}): { readonly file: FallbackFile; readonly fingerprint: string } => {
  const { label, passphrase } = options;
  const scalar = randomBytes(32);
  const { point, key } = pairOf(scalar);
  const secretKey = Buffer.concat([scalar, point.subarray(1, 33)]);
  const head = { type: 'p256' as const, public: point.toString('base64'), ...defined({ label }) };
  const secret =
    passphrase === undefined
      ? { secret: secretKey.toString('base64') }
      : { sealed: sealSecret({ publicKey: point, secretKey }, passphrase) };
  return { file: { ...head, ...secret }, fingerprint: fingerprintOf(fallbackDer(key)) };
};

/** The file beside a release key that has its fallback key. */
export const fallbackPathOf = (keyPath: string): string => `${keyPath.replace(/\.key$/, '')}.fallback`;

const readFile = (path: string): FallbackFile => {
  let bytes: Uint8Array;
  try {
    bytes = readBounded(path, maxFileBytes);
  } catch (cause) {
    throw new BundleError('NOT_FOUND', `cannot read the fallback key ${path}`, { cause });
  }
  const parsed = fileShape.safeParse(parseStrictJson(bytes, { maxBytes: maxFileBytes }));
  if (!parsed.success) throw new BundleError('METADATA', `${path} is no fallback key`);
  return parsed.data;
};

/** The fingerprint of the public half in a file; throws as `openFallbackKey`. */
export const fallbackFingerprint = (path: string): string => {
  const point = Buffer.from(readFile(path).public, 'base64');
  return fingerprintOf(fallbackDer({ publicKey: publicKeyOf(point) }));
};

/**
 * Reads and opens a fallback key. Throws NOT_FOUND where there is none, METADATA where it is no such file, its halves do not belong
 * together or the passphrase is another.
 */
export const openFallbackKey = (path: string, passphrase: string | undefined): FallbackKey => {
  const file = readFile(path);
  const point = Buffer.from(file.public, 'base64');
  const secret =
    'secret' in file
      ? Buffer.from(file.secret, 'base64')
      : passphrase === undefined
        ? undefined
        : openSealed(point, file.sealed, passphrase);
  if (secret === undefined) throw new BundleError('METADATA', `${path} does not open with this passphrase`);
  const made = pairOf(secret.subarray(0, 32));
  if (!made.point.equals(point)) throw new BundleError('METADATA', `the halves of ${path} do not belong together`);
  return made.key;
};
