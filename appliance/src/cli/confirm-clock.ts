import { createInterface } from 'node:readline/promises';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { AppError } from '../platform/errors.ts';
import type { Command, CommandContext } from './command.ts';

// The first agreement on the time (bundle format, section "Clock"): by who sets a site up, or restores one.

export const clockOption = {
  'clock-confirmed': { help: "somebody compared this computer's clock with a watch: it is right" },
} as const satisfies Command['options'];

/**
 * Whether a person says that the clock of this computer is right: by the option, or asked at a terminal. USAGE where they say that it is
 * not: it is set right first.
 */
export async function confirmClock(
  { flag, out }: Pick<CommandContext, 'flag' | 'out'>,
  isAttended: boolean,
): Promise<boolean> {
  if (flag('clock-confirmed')) return true;
  if (!isAttended) {
    out.note(
      `This computer's clock says ${toTime(nowMs())}, and no person confirmed it (--clock-confirmed): it is believed for 35 days past the last signed time; see: sallyport clock show`,
    );
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(
      `This computer's clock says ${toTime(nowMs())}. Compare it with a watch: is it right? yes or no [yes]: `,
    );
    if (/^(?:y|yes|)$/i.test(answer.trim())) return true;
    throw new AppError(
      'USAGE',
      'set the clock of this computer first (timedatectl set-time), then give this command again',
    );
  } finally {
    terminal.close();
  }
}
