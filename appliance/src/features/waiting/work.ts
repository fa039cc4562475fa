import { type TwoPersonAct, twoPersonActs } from '../accounts/types.ts';
import type { WorkKind } from '../worklist/types.ts';
import type { WaitingService } from './service.ts';

const dayMs = 86_400_000;

/** What waits for a second person: a kind for each act, since each has its own right. */
export const waitingWork = (parts: { waiting: Pick<WaitingService, 'list'> }): WorkKind[] =>
  (Object.keys(twoPersonActs) as TwoPersonAct[]).map((act) => ({
    name: 'second-person',
    harm: 15,
    limitMs: 3 * dayMs,
    sees: twoPersonActs[act].sees,
    does: twoPersonActs[act].right,
    find: (reader) =>
      parts.waiting
        .list(reader)
        .filter((one) => one.act === act)
        .map(({ id, what, at, path }) => ({
          key: `${act}:${id}`,
          params: { what },
          words: { act: `waiting.act.${act}` },
          level: 'waiting',
          targets: 1,
          since: at,
          path,
        })),
  }));
