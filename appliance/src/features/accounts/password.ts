import { argon2, timingSafeEqual } from 'node:crypto';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { AppError } from '../../platform/errors.ts';
import { type PasswordHash, parsePhc, toPhc } from './phc.ts';

export type PasswordCost = { memoryKiB: number; passes: number; parallelism: number };

export type Passwords = {
  /** A PHC string. OVERLOADED when too many wait. */
  hash(password: string): Promise<string>;
  /**
   * Whether the password has this hash. Without a stored hash it takes the same time and says no, so that nobody can
   * tell a wrong name from a wrong password.
   */
  verify(password: string, stored: string | undefined): Promise<boolean>;
  /** The hash was made with less than the present cost. */
  isOutdated(stored: string): boolean;
};

/** RFC 9106, second recommended option. */
const defaultCost: PasswordCost = { memoryKiB: 64 * 1024, passes: 3, parallelism: 1 };
const tagBytes = 32;
const saltBytes = 16;
/** Each one in work takes its memory, so a burst of log-ins must queue, and a flood must be turned away. */
const maxInWork = 2;
const maxWaiting = 16;

const derive = (password: string, salt: Uint8Array, cost: PasswordCost, length: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const { memoryKiB: memory, passes, parallelism } = cost;
    argon2(
      'argon2id',
      { message: password.normalize('NFC'), nonce: salt, parallelism, tagLength: length, memory, passes },
      (error, tag) => (error ? reject(error) : resolve(tag)),
    );
  });

const gate = () => {
  let inWork = 0;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (inWork >= maxInWork) {
      if (waiting.length >= maxWaiting)
        throw new AppError('OVERLOADED', 'too many log-ins at once', { retryAfterSeconds: 5 });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      inWork += 1;
    }
    try {
      return await work();
    } finally {
      // The place goes to the next in line without becoming free, so nobody overtakes.
      const next = waiting.shift();
      if (next === undefined) inWork -= 1;
      else next();
    }
  };
};

/** Argon2id hashing with a bounded number at once. */
export const passwords = (cost: PasswordCost = defaultCost): Passwords => {
  const one = gate();
  const nobody: PasswordHash = {
    ...cost,
    salt: Buffer.from(randomBytes(saltBytes)),
    tag: Buffer.from(randomBytes(tagBytes)),
  };
  return {
    hash: (password) =>
      one(async () => {
        const salt = Buffer.from(randomBytes(saltBytes));
        return toPhc({ ...cost, salt, tag: await derive(password, salt, cost, tagBytes) });
      }),
    verify: (password, stored) =>
      one(async () => {
        const known = stored === undefined ? undefined : parsePhc(stored);
        const hash = known ?? nobody;
        const tag = await derive(password, hash.salt, hash, hash.tag.length);
        return timingSafeEqual(tag, hash.tag) && known !== undefined;
      }),
    isOutdated: (stored) => {
      const hash = parsePhc(stored);
      return hash === undefined || hash.memoryKiB < cost.memoryKiB || hash.passes < cost.passes;
    },
  };
};
