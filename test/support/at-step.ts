import { join } from 'node:path';
import { repositoryRoot } from './sources.ts';

export type AtStep = {
  /** The command and the release of the process that is meant: `upgrade-0.3.0`, `serve-0.3.0`, `trial-0.3.0`. */
  readonly role?: string;
  /** In front of the so-many-th thing that it does to files and databases. */
  readonly step?: number;
  /** Counts only what has a word that fits this pattern: the name of the call, a path, the text of a statement. */
  readonly only?: string;
  /** `kill` ends the process, `kill-group` all that the first one of them started. */
  readonly act?: 'kill' | 'kill-group';
  /** A file that says that it was killed: one that is started again goes on. */
  readonly killed?: string;
  /** A folder that takes the number of steps of each process that ends by itself. */
  readonly counts?: string;
};

/** The environment of a command whose processes are counted or killed. */
export function atStep(order: AtStep): Record<string, string> {
  return {
    NODE_OPTIONS: `--import ${join(repositoryRoot, 'test/support/at-step-main.ts')}`,
    AT_STEP: JSON.stringify(order),
  };
}
