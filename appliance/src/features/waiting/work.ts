import { twoPersonActs } from '../accounts/types.ts';
import type { WorkKind } from '../worklist/types.ts';
import type { WaitingService } from './service.ts';

const dayMs = 86_400_000;

/** What waits for a second person; each act has its own rights, and the list is cut to those of the reader. */
export const waitingWork = (parts: { waiting: Pick<WaitingService, 'list'> }): WorkKind[] => [
  {
    name: 'second-person',
    harm: 15,
    limitMs: 3 * dayMs,
    does: 'work:write',
    find: (reader) =>
      parts.waiting.list(reader).map(({ act, id, what, at, path }) => ({
        key: `${act}:${id}`,
        params: { what },
        words: { act: `waiting.act.${act}` },
        level: 'waiting',
        targets: 1,
        since: at,
        does: twoPersonActs[act].right,
        path,
      })),
  },
];
