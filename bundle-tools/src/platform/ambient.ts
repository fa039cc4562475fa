import { randomBytes as nodeRandomBytes, randomInt } from 'node:crypto';

// The only module of the workspaces that reads the clock, randomness or the environment, so that tests and reviews find every use here.

/** Milliseconds since 1970-01-01T00:00:00Z by the system clock. */
export const nowMs = (): number => Date.now();

/** `count` unpredictable bytes. */
export const randomBytes = (count: number): Uint8Array => new Uint8Array(nodeRandomBytes(count));

/** An unpredictable integer from 0 to below `limit`; cheaper than a few bytes, which are a call of OpenSSL each time. */
export const randomBelow = (limit: number): number => randomInt(limit);

/** An environment variable; undefined when absent or empty. */
export const env = (name: string): string | undefined => process.env[name] || undefined;

/** The time form of every document: `YYYY-MM-DDThh:mm:ssZ`. */
export const toTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
