import { randomBytes as nodeRandomBytes, randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

// The only module of the workspaces that reads the clock, randomness or the environment, so that tests and reviews find every use here.

/** Milliseconds since 1970-01-01T00:00:00Z by the system clock. */
export const nowMs = (): number => Date.now();

/** Milliseconds since this computer was started, sleep included; setting the clock does not move it. */
export const bootMs = (): number => Math.round(uptime() * 1_000);

/** Names the boot that `bootMs` counts from; empty where the system does not name it. */
export const bootId = (): string => {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
};

/** Milliseconds of a clock that only goes on, for what is measured within one process. */
export const steadyMs = (): number => performance.now();

/** `count` unpredictable bytes. */
export const randomBytes = (count: number): Uint8Array => new Uint8Array(nodeRandomBytes(count));

/** An unpredictable integer from 0 to below `limit`; cheaper than a few bytes, which are a call of OpenSSL each time. */
export const randomBelow = (limit: number): number => randomInt(limit);

/** An environment variable; undefined when absent or empty. */
export const env = (name: string): string | undefined => process.env[name] || undefined;

/** The whole environment, for a second process of the same command. */
export const environment = (): NodeJS.ProcessEnv => ({ ...process.env });

/** The time form of every document: `YYYY-MM-DDThh:mm:ssZ`. */
export const toTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
