import { describe } from '../errors.ts';
import type { Log } from '../platform/log.ts';
import { backoffMs, pause } from '../platform/timing.ts';
import { dropEnrolment, readEnrolment } from '../state/enrolment.ts';
import type { AgentState } from '../state/state.ts';
import { enrol } from './enrol.ts';

const waitSeconds = 24 * 3600;

/**
 * Carries out the enrolment that an installer left, for as long as it takes: the server may be away, and a person has to approve.
 * Nothing happens where the device is enrolled, or nothing was left.
 */
export async function enrolLater(state: AgentState, log: Log): Promise<void> {
  for (let failures = 1; state.settings()?.deviceId === undefined; failures += 1) {
    const wanted = readEnrolment(state);
    if (wanted === undefined) return;
    try {
      await enrol({
        ...wanted,
        state,
        waitSeconds,
        onWaiting: (_seconds, words) => log('info', `waiting for approval; this device is: ${words}`),
      });
    } catch (error) {
      log('warning', `not enrolled yet: ${describe(error)}`);
      await pause(backoffMs(failures));
    }
  }
  dropEnrolment(state);
}
