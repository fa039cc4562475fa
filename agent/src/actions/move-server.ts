import { isControllerPort } from '@sallyport/bundle-tools/controllers/controller-ports';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { MoveServerTask } from '@sallyport/bundle-tools/protocol/device-tasks';
import type { TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import { describe } from '../errors.ts';
import { step, withRetries } from './action.ts';

// move-server: the agent's own address of the appliance. The new one has to prove the pinned authority and to take a check-in
// before the old one is given up, so an agent is never without a server that knows it.

export type MoveContext = {
  /** The address that is used now. */
  server(): string;
  /** One check-in at another address, for which the present server gives a permit for this task; throws what was wrong. */
  checkInAt(server: string, task: string): Promise<void>;
  /** Keeps the address and uses it from the next call on. */
  moveTo(server: string): void;
};

/** A person sees soon that it is not there, and orders again. */
const retryMs = [2_000, 10_000, 30_000];

export const moveServer = async (context: MoveContext, task: MoveServerTask): Promise<TaskResult> => {
  const startedMs = nowMs();
  const before = context.server();
  const ended = (output: string, exit: 0 | 1) => [step('move', nowMs() - startedMs, output, exit)];
  const { attempt, server } = task;
  if (isControllerPort(Number(new URL(server).port))) {
    const output = `${server}: controllers speak on this port; ${before} stays`;
    return { attempt, steps: ended(output, 1), state: 'failed', code: 'NOT_MOVED' };
  }
  try {
    await withRetries(() => context.checkInAt(server, task.id), retryMs);
  } catch (error) {
    const output = `${server}: ${describe(error)}; ${before} stays`;
    return { attempt, steps: ended(output, 1), state: 'failed', code: 'NOT_MOVED' };
  }
  context.moveTo(server);
  return { attempt, steps: ended(`${before} -> ${server}`, 0), state: 'completed' };
};
