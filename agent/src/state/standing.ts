import { existsSync, readFileSync } from 'node:fs';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import * as z from 'zod';

// How the agent stands with its appliance, as its last call told: `sallyport-agent status` says it to a person at the device. It is
// written when it changes, not at each call.

const standings = ['not-heard', 'accepted', 'unreachable', 'refused', 'revoked', 'held', 'certificate-ended'] as const;
export type Standing = (typeof standings)[number];

const standingSchema = z.object({
  standing: z.enum(standings),
  since: z.string().max(32),
  message: z.string().max(2000),
});
type HeldStanding = z.infer<typeof standingSchema>;

type StandingFile = {
  /** Undefined where no call was made yet, or the file cannot be read. */
  read(): HeldStanding | undefined;
  /** Notes what a call told; whether it is another standing than before. */
  note(standing: Standing, atMs: number, message?: string): boolean;
};

/** The standing of a state folder. */
export const openStanding = (path: string): StandingFile => {
  const read = (): HeldStanding | undefined => {
    if (!existsSync(path)) return undefined;
    try {
      return standingSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  };
  let last = read()?.standing;
  return {
    read,
    note: (standing, atMs, message = '') => {
      if (standing === last) return false;
      last = standing;
      const held: HeldStanding = { standing, since: toTime(atMs), message: message.slice(0, 2000) };
      writeFileDurable(path, `${JSON.stringify(held)}\n`, 0o600);
      return true;
    },
  };
};
