/** An Argon2id hash with its parameters, as in the PHC string format. */
export type PasswordHash = {
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
