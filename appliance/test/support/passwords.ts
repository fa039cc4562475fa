import { type Passwords, passwords } from '../../src/features/accounts/password.ts';

// What was hashed once is known: most tests log in with the same password.
const hashes = new Map<string, string>();
const verdicts = new Map<string, boolean>();

/** Hashing with the least that counts as a hash, each password once in a process: tests log in many hundred times. */
export const cheapPasswords = (): Passwords => {
  const real = passwords({ memoryKiB: 19 * 1024, passes: 2, parallelism: 1 });
  const verdictOf = async (key: string, work: () => Promise<boolean>): Promise<boolean> => {
    const verdict = verdicts.get(key) ?? (await work());
    verdicts.set(key, verdict);
    return verdict;
  };
  return {
    ...real,
    hash: async (password) => {
      const hash = hashes.get(password) ?? (await real.hash(password));
      hashes.set(password, hash);
      verdicts.set(JSON.stringify([password, hash]), true);
      return hash;
    },
    verify: (password, stored, stranger) =>
      verdictOf(JSON.stringify([password, stored ?? null]), () => real.verify(password, stored, stranger)),
  };
};
