import { argon2, timingSafeEqual } from 'node:crypto';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { AppError } from '../../platform/errors.ts';

/** An Argon2id hash with its parameters, as in the PHC string format. */
type PasswordHash = {
  memoryKiB: number;
  passes: number;
  parallelism: number;
  salt: Buffer;
  tag: Buffer;
};

const pattern =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{22,128})$/;
const maxMemoryKiB = 1024 * 1024;
const maxPasses = 20;
const maxParallelism = 8;
/** RFC 9106 asks for three with 64 MiB; one pass alone was never a recommendation. */
const minPasses = 2;
const minMemoryKiB = 19 * 1024;

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

/** `$argon2id$v=19$m=…,t=…,p=…$salt$tag` */
export const toPhc = (hash: PasswordHash): string =>
  `$argon2id$v=19$m=${hash.memoryKiB},t=${hash.passes},p=${hash.parallelism}$${unpadded(hash.salt)}$${unpadded(hash.tag)}`;

/** undefined for anything else, for parameters too weak to count as a hash, and for such that would exhaust the server. */
export const parsePhc = (text: string): PasswordHash | undefined => {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [memoryKiB, passes, parallelism] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (memoryKiB < minMemoryKiB || memoryKiB > maxMemoryKiB) return undefined;
  if (passes < minPasses || passes > maxPasses) return undefined;
  if (parallelism < 1 || parallelism > maxParallelism) return undefined;
  return {
    memoryKiB,
    passes,
    parallelism,
    salt: Buffer.from(match[4] ?? '', 'base64'),
    tag: Buffer.from(match[5] ?? '', 'base64'),
  };
};

type PasswordCost = { memoryKiB: number; passes: number; parallelism: number };

/** Who waits for a hash: a browser that was never logged in, by its network. Everybody else is known. */
type Stranger = { network: string };

export type Passwords = {
  /** A PHC string. OVERLOADED when too many wait. */
  hash(password: string): Promise<string>;
  /**
   * Whether the password has this hash. Without a stored hash it takes the same time and says no, so that a wrong name
   * looks like a wrong password. Strangers wait in a line of their own, a few for each network.
   */
  verify(password: string, stored: string | undefined, stranger?: Stranger): Promise<boolean>;
  /** The hash was made with less than the present cost. */
  isOutdated(stored: string): boolean;
  /** Hashes of codes of one person, all under one salt: what is given later is hashed once, however many there are. */
  hashCodes(codes: readonly string[]): Promise<string[]>;
  /** Which of the hashes is this code's; undefined for none. */
  findCode(code: string, stored: readonly string[]): Promise<string | undefined>;
};

/** RFC 9106, second recommended option. */
const defaultCost: PasswordCost = { memoryKiB: 64 * 1024, passes: 3, parallelism: 1 };
const tagBytes = 32;
const saltBytes = 16;
/** A code is chance of 50 bits: the least cost that counts as a slow hash (OWASP) puts a search out of reach. */
const codeCost: PasswordCost = { memoryKiB: 19 * 1024, passes: 2, parallelism: 1 };
/**
 * Each one in work takes its memory, so a burst of log-ins must queue, and a flood must be turned away. One slot is for
 * known browsers, one for strangers: these never take the other.
 */
const maxWaiting = 16;
const maxOfNetwork = 4;

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
  let isBusy = false;
  const waiting: (() => void)[] = [];
  const ofNetwork = new Map<string, number>();
  return async <T>(work: () => Promise<T>, network?: string): Promise<T> => {
    const held = network === undefined ? 0 : (ofNetwork.get(network) ?? 0);
    if ((isBusy && waiting.length >= maxWaiting) || held >= maxOfNetwork)
      throw new AppError('OVERLOADED', 'too many log-ins at once', { retryAfterSeconds: 5 });
    if (network !== undefined) ofNetwork.set(network, held + 1);
    if (isBusy) await new Promise<void>((resolve) => waiting.push(resolve));
    isBusy = true;
    try {
      return await work();
    } finally {
      if (network !== undefined) {
        const left = (ofNetwork.get(network) ?? 1) - 1;
        if (left === 0) ofNetwork.delete(network);
        else ofNetwork.set(network, left);
      }
      // The slot goes to the next in line without becoming free, so the order holds.
      const next = waiting.shift();
      if (next === undefined) isBusy = false;
      else next();
    }
  };
};

/** Argon2id hashing with a bounded number at once. */
export const passwords = (cost: PasswordCost = defaultCost): Passwords => {
  const known = gate();
  const strangers = gate();
  const unknownAccount: PasswordHash = {
    ...cost,
    salt: Buffer.from(randomBytes(saltBytes)),
    tag: Buffer.from(randomBytes(tagBytes)),
  };
  return {
    hash: (password) =>
      known(async () => {
        const salt = Buffer.from(randomBytes(saltBytes));
        return toPhc({ ...cost, salt, tag: await derive(password, salt, cost, tagBytes) });
      }),
    verify: (password, stored, stranger) => {
      const work = async (): Promise<boolean> => {
        const read = stored === undefined ? undefined : parsePhc(stored);
        const hash = read ?? unknownAccount;
        const tag = await derive(password, hash.salt, hash, hash.tag.length);
        return timingSafeEqual(tag, hash.tag) && read !== undefined;
      };
      return stranger === undefined ? known(work) : strangers(work, stranger.network);
    },
    hashCodes: (codes) =>
      known(async () => {
        const salt = Buffer.from(randomBytes(saltBytes));
        const hashes: string[] = [];
        for (const code of codes)
          hashes.push(toPhc({ ...codeCost, salt, tag: await derive(code, salt, codeCost, tagBytes) }));
        return hashes;
      }),
    findCode: async (code, stored) => {
      const [first, ...others] = stored.flatMap((text) => {
        const hash = parsePhc(text);
        return hash === undefined ? [] : [{ text, hash }];
      });
      if (first === undefined) return undefined;
      const tag = await known(() => derive(code, first.hash.salt, first.hash, first.hash.tag.length));
      // One of another salt was hashed apart, which hashCodes never does.
      return [first, ...others].find(
        ({ hash }) =>
          hash.salt.equals(first.hash.salt) && hash.tag.length === tag.length && timingSafeEqual(hash.tag, tag),
      )?.text;
    },
    isOutdated: (stored) => {
      const hash = parsePhc(stored);
      return hash === undefined || hash.memoryKiB < cost.memoryKiB || hash.passes < cost.passes;
    },
  };
};
