import { type Passwords, passwords } from '../../src/features/accounts/password.ts';

/** Hashing with the least that counts as a hash: tests log in many hundred times. */
export const cheapPasswords = (): Passwords => passwords({ memoryKiB: 19 * 1024, passes: 2, parallelism: 1 });
