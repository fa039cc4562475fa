import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { logBounds, type ShowLogTask } from '@sallyport/bundle-tools/protocol/device-tasks';
import { redactedTail } from '@sallyport/bundle-tools/protocol/redact';
import type { TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import { readLog } from '../platform/log.ts';
import { step } from './action.ts';

/** show-log: the newest lines of the agent's own log, without what looks like a secret. */
export const showLog = async (folder: string, task: ShowLogTask): Promise<TaskResult> => {
  const startedMs = nowMs();
  const text = redactedTail(readLog(folder, task.lines), logBounds.length);
  return { attempt: task.attempt, steps: [step('log', nowMs() - startedMs, text, 0)], state: 'completed' };
};
