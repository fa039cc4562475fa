import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './sources.ts';
import { until } from './until.ts';

// Faults are steered by states: a program of ours is told beforehand at which state of its database it is to die or stop.

export type AtState = {
  /** In front of the so-many-th statement that one of its threads gives to SQLite. */
  readonly statement?: number;
  /** Counts only statements whose text fits this pattern. */
  readonly match?: string;
  /** After the first transaction that makes this question's answer more than zero. */
  readonly question?: string;
  /** `kill` ends the process; the others its whole group. */
  readonly act?: 'kill' | 'kill-group' | 'stop-group';
  /**
   * Each look at the clock that counts (`performance.now`) finds it so many milliseconds later: work that is done in steps of
   * some milliseconds has the same steps on every machine.
   */
  readonly tickMs?: number;
  /** A file that takes the number of the main thread's statements when the process ends by itself. */
  readonly count?: string;
};

/** What a process of node is started with: arguments in front of its program, and more of the environment. */
export function atState(order: AtState): { readonly args: readonly string[]; readonly env: Record<string, string> } {
  return {
    args: ['--import', join(repositoryRoot, 'test/support/at-state-main.ts')],
    env: { AT_STATE: JSON.stringify(order) },
  };
}

/** The same as a command in front of the program, for what starts `node` by itself. */
export function atStatePrefix(order: AtState): readonly string[] {
  const { args, env } = atState(order);
  return ['env', `NODE_OPTIONS=${args.join(' ')}`, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
}

/** Waits until a process has stopped (`stop-group`), or ended before. */
export function hasStopped(pid: number, isOver: () => boolean): Promise<'stopped' | 'ended'> {
  return until(() => {
    if (isOver()) return 'ended' as const;
    try {
      // The state stands behind the name, which may hold anything.
      const state = /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
      return state === 'T' ? ('stopped' as const) : undefined;
    } catch {
      return undefined;
    }
  });
}
