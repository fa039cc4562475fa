import { createHash, timingSafeEqual } from 'node:crypto';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';

/** What a client that is asked for a password is told it is for. */
export const basicRealm = 'agents';

/** A random password of 24 bytes. */
export const newPassword = (): string => Buffer.from(randomBytes(24)).toString('base64url');

/** What is kept of the user and the password that a token may ask for beside itself. */
export const basicHash = (user: string, password: string): string =>
  createHash('sha256').update(`${user}:${password}`).digest('hex');

/** Whether an `Authorization` header holds the user and password with this hash; as a bearer's token, they are written alike. */
export const isBasic = (header: string | undefined, hash: string): boolean => {
  const given = /^(?:Basic|Bearer) ([A-Za-z0-9+/=]{1,400})$/i.exec(header ?? '')?.[1];
  if (given === undefined) return false;
  const digest = createHash('sha256').update(Buffer.from(given, 'base64')).digest();
  const expected = Buffer.from(hash, 'hex');
  return digest.length === expected.length && timingSafeEqual(digest, expected);
};
