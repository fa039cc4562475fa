import type { InstallPackageTask } from '@sallyport/bundle-tools/protocol/task';
import {
  type FailureCode,
  failureCode,
  type TaskResult,
  type TaskStep,
} from '@sallyport/bundle-tools/protocol/task-result';
import type { Connection } from '../platform/connect.ts';
import type { RootFiles } from '../platform/root-files.ts';
import { jittered, pause } from '../platform/timing.ts';
import type { AgentTrust } from '../trust/held.ts';

// A typed action: what an appliance may order and how it is done. A refusal is a result with a stable code.

export type ActionContext = {
  files: RootFiles;
  connection: Connection;
  trust: AgentTrust;
  /** The agent's own folder. */
  stateFolder: string;
  /** Where downloads and the inventory lie. */
  workFolder: string;
  /** Says that a signed file is past its date; nothing stops because of it. */
  onStale: (role: string, expired: string) => void;
  /** True once the task is cancelled; asked between steps, never in the middle of an installation. */
  isCancelled: () => boolean;
};

export type InstallPackage = (context: ActionContext, task: InstallPackageTask) => Promise<TaskResult>;

/** Ends a task with a stable code. */
export class ActionError extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ActionError';
    this.code = code;
  }
}

const fetchFailures = new Set(['UNREACHABLE', 'RETRY', 'ANSWER', 'REFUSED', 'PROTOCOL', 'VERSION']);
const passing = new Set(['UNREACHABLE', 'RETRY']);
const retryMs = [1000, 3000, 10_000, 30_000, 60_000];

/** Repeats what failed because the server was away for a moment; anything else fails at once. */
export const withRetries = async <T>(work: () => Promise<T>, delaysMs: readonly number[] = retryMs): Promise<T> => {
  for (const delayMs of delaysMs) {
    try {
      return await work();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (typeof code !== 'string' || !passing.has(code)) throw error;
      await pause(jittered(delayMs));
    }
  }
  return work();
};

/** The code that a failure is reported with. */
export const failureCodeOf = (error: unknown): FailureCode => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'NO_SPACE';
  if (typeof code === 'string' && fetchFailures.has(code)) return 'FETCH_FAILED';
  const parsed = failureCode.safeParse(code);
  return parsed.success ? parsed.data : 'INTERNAL';
};

export const step = (name: string, ms: number, output = '', exit: number | null = null): TaskStep => ({
  name,
  exit,
  output,
  ms: Math.max(0, Math.round(ms)),
});
