import { AgentError, describe } from '../errors.ts';
import { backoffMs, jittered, type Sleeper, sleeper } from '../platform/timing.ts';
import type { Agent } from './agent.ts';

// The service: turns with the server's rhythm, further apart while it is away. A refused agent keeps its spool, does no
// work and only asks from time to time whether it is wanted again; it never enrols by itself.

type RunningAgent = {
  /** Ends when the loop was stopped and the task in work is over. */
  ended: Promise<void>;
  stop(): void;
};

const refusedMs = 15 * 60_000;
/** While a release of the agent takes the place of another, its outcome is soon there. */
const replacedMs = 10_000;

const refusals: ReadonlySet<string> = new Set(['REFUSED', 'CERTIFICATE_ENDED', 'DEVICE_REVOKED', 'POSSIBLE_CLONE']);

const isRefusal = (error: unknown): boolean => error instanceof AgentError && refusals.has(error.code);

const delayAfter = (error: unknown, failures: number): number => {
  if (isRefusal(error)) return jittered(refusedMs);
  const seconds = error instanceof AgentError ? error.details.retryAfterSeconds : undefined;
  return seconds === undefined ? backoffMs(failures) : jittered(seconds * 1000);
};

const loop = async (agent: Agent, timing: Sleeper, isStopped: () => boolean): Promise<void> => {
  const work: { task: Promise<void> | undefined } = { task: undefined };
  let failures = 0;
  let refused = false;
  agent.tasks.recover();
  while (!isStopped()) {
    let delayMs: number;
    try {
      const turn = await agent.cycle({ collectAll: false, collect: !refused });
      const isReplaced = agent.tasks.heard();
      if (refused) agent.log('info', 'the server accepts this device again');
      failures = 0;
      refused = false;
      if (turn.task !== undefined && work.task === undefined) {
        work.task = agent.tasks.accept(turn.task).finally(() => {
          work.task = undefined;
          timing.wake();
        });
        work.task.catch((error: unknown) => agent.log('error', describe(error)));
      }
      await agent.renewIfDue();
      delayMs = Math.min(turn.nextSeconds * 1000, isReplaced ? jittered(replacedMs) : Number.POSITIVE_INFINITY);
    } catch (error) {
      failures += 1;
      if (!isRefusal(error)) agent.log('warning', describe(error));
      else if (!refused) agent.log('error', `${describe(error)}; no work is done until the server accepts this device`);
      refused = isRefusal(error);
      delayMs = delayAfter(error, failures);
    }
    if (isStopped()) break;
    // A person at the device may lay another key into the folder meanwhile.
    const watched = refused ? agent.onNewIdentity(timing.wake) : undefined;
    try {
      await timing.sleep(delayMs);
    } finally {
      watched?.stop();
    }
  }
  // Results of what was started still go into the journal.
  await work.task?.catch(() => undefined);
};

/** Starts the service over an open agent. */
export const runAgent = (agent: Agent): RunningAgent => {
  const timing = sleeper();
  const state = { stopped: false };
  return {
    ended: loop(agent, timing, () => state.stopped),
    stop: () => {
      state.stopped = true;
      timing.wake();
    },
  };
};
