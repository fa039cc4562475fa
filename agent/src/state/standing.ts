import { readFileSync } from 'node:fs';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import * as z from 'zod';

// How the agent stands with its appliance, as its last call told: `sallyport-agent status` says it to a person at the device. It is
// written when it changes, not at each call.

const standings = ['not-heard', 'accepted', 'unreachable', 'refused', 'revoked', 'held', 'certificate-ended'] as const;
export type Standing = (typeof standings)[number];

const standingSchema = z.object({
  standing: z.enum(standings),
  since: z.string().max(32),
  message: z.string().max(2000),
  /** How far the clock of this computer was ahead of the appliance's at the last call; 0: it was not off. */
  clockAheadMs: z.number().optional(),
});
type HeldStanding = z.infer<typeof standingSchema>;

type StandingFile = {
  /** Undefined where no call was made yet, or the file cannot be read. */
  read(): HeldStanding | undefined;
  /** Notes what a call told; whether it is another standing than before. */
  note(standing: Standing, atMs: number, message?: string): boolean;
  /** Notes how far the clock is off; whether that is another answer than before. */
  noteClock(aheadMs: number): boolean;
};

/** A clock that is off by less is not said to be: calls take their time. */
const rightWithinMs = 10 * 60_000;

/** How far a clock is ahead that was read after a call of some length; 0 where it is not off. */
export const clockAhead = (differenceMs: number, callMs: number): number =>
  Math.abs(differenceMs) <= rightWithinMs + callMs ? 0 : differenceMs;

/** In words, what is wrong with the clock of this computer. */
export const clockText = (aheadMs: number): string => {
  const hours = Math.abs(aheadMs) / 3_600_000;
  const length = hours < 48 ? `${Math.max(1, Math.round(hours))} hours` : `${Math.round(hours / 24)} days`;
  return `the clock of this computer is some ${length} ${aheadMs > 0 ? 'ahead of' : 'behind'} the appliance's: set it`;
};

/** The standing of a state folder. */
export const openStanding = (path: string): StandingFile => {
  const read = (): HeldStanding | undefined => {
    if (!isThere(path)) return undefined;
    try {
      return standingSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  };
  let last = read();
  const write = (held: HeldStanding): void => {
    last = held;
    writeFileDurable(path, `${JSON.stringify(held)}\n`, 0o600);
  };
  return {
    read,
    note: (standing, atMs, message = '') => {
      if (standing === last?.standing) return false;
      const { clockAheadMs } = last ?? {};
      write({ standing, since: toTime(atMs), message: message.slice(0, 2000), ...defined({ clockAheadMs }) });
      return true;
    },
    noteClock: (aheadMs) => {
      const before = last?.clockAheadMs ?? 0;
      if (Math.abs(aheadMs - before) <= rightWithinMs && (aheadMs === 0) === (before === 0)) return false;
      const { standing = 'not-heard', since = toTime(nowMs()), message = '' } = last ?? {};
      write({ standing, since, message, clockAheadMs: aheadMs });
      return true;
    },
  };
};
