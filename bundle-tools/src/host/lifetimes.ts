import { toTime } from '../platform/ambient.ts';

const dayMs = 86_400_000;

/** Lifetimes in days (BUNDLES.md section 7). */
export const lifetimeDays = { root: 3 * 365, targets: 365, snapshot: 365, timestamp: 90, bundle: 90 } as const;

/** A bundle leaves only under a root that is valid this much longer. */
export const rootReserveDays = 180;

/** How long a replaced seal key opens requests of sites that have not heard of the new one. */
export const sealKeepDays = 180;

/** The time `days` after `ms`. */
export const daysAfter = (ms: number, days: number): string => toTime(ms + days * dayMs);

/** Whole days from `ms` to a time; negative when it is past. */
export const daysUntil = (time: string, ms: number): number => Math.floor((Date.parse(time) - ms) / dayMs);
