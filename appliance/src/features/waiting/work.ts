import { twoPersonActs } from '../accounts/types.ts';
import type { WorkKind } from '../worklist/types.ts';
import type { WaitingService } from './service.ts';

/** So long before its window begins what waits comes first. */
const beforeWindowMs = 2 * 3_600_000;

/** What waits for a second person; each act has its own rights, and the list is cut to those of the reader. */
export const waitingWork = (parts: { waiting: Pick<WaitingService, 'list'>; clock: () => number }): WorkKind[] => [
  {
    name: 'second-person',
    does: 'work:write',
    find: (reader) => {
      const nowMs = parts.clock();
      return parts.waiting.list(reader).map(({ act, id, what, at, window, path }) => ({
        key: `${act}:${id}`,
        params: { what },
        words: { act: `waiting.act.${act}` },
        level: 'waiting',
        targets: 1,
        since: at,
        ...(window === undefined
          ? {}
          : { dueAt: window.from, isUrgent: window.from - beforeWindowMs <= nowMs && nowMs < window.until }),
        does: twoPersonActs[act].right,
        path,
      }));
    },
  },
];
