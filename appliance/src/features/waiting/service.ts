// Everything that waits for a second person, of every two-person act, for accounts that may see the act's kind. What waits lies
// with its feature; `sources` (waiting-sources.ts) has one row per act, so a new act without one does not compile.

import { type Actor, hasRight, scopeOf } from '../../engine/objects/types.ts';
import type { Scope } from '../../platform/scope.ts';
import {
  type Approvable,
  type ApprovalGate,
  type Hindrance,
  type TwoPersonAct,
  twoPersonActs,
} from '../accounts/types.ts';

/** One thing that waits. */
export type WaitingThing = {
  id: string;
  /** Its name, and the reason that was given. */
  what: string;
  /** What is to be signed of it, where several things may be: a state of a patch, or one of its deadlines. */
  step?: { readonly of: 'state' | 'deadline'; readonly code: string } | undefined;
  reason: string;
  /** `type:id` of who asked. */
  by: string;
  at: number;
  /** The window that it is for, ms: said yes to before it begins, or it passes. */
  window?: { readonly from: number; readonly until: number } | undefined;
  /** The page on which it is decided. */
  path: string;
  approvable: Approvable;
};

export type WaitingSources = Readonly<Record<TwoPersonAct, (scope: Scope) => WaitingThing[]>>;

type ShownWaiting = Omit<WaitingThing, 'approvable'> & {
  act: TwoPersonAct;
  /** Why the reader cannot say yes; an old log-in is none: it is mended where it is decided. */
  hindrance: Hindrance | undefined;
};

export type WaitingService = {
  /** What the reader may see, the oldest first. */
  list(reader: Actor): ShownWaiting[];
  count(reader: Actor): number;
};

const acts = Object.keys(twoPersonActs) as TwoPersonAct[];

/** The list of what waits for a second person. */
export function waitingService(parts: {
  gate: Pick<ApprovalGate, 'hindrance'>;
  sources: WaitingSources;
}): WaitingService {
  const { gate, sources } = parts;
  const seenBy = (reader: Actor): TwoPersonAct[] =>
    acts.filter((act) => hasRight(reader, twoPersonActs[act].sees) || hasRight(reader, twoPersonActs[act].right));
  /** Where the reader sees what waits, or may decide about it. */
  const seen = (reader: Actor, act: TwoPersonAct): WaitingThing[] => {
    const { sees, right } = twoPersonActs[act];
    return sources[act](scopeOf(reader, hasRight(reader, sees) ? sees : right));
  };
  return {
    list: (reader) =>
      seenBy(reader)
        .flatMap((act) =>
          seen(reader, act).map(({ approvable, ...thing }): ShownWaiting => {
            const hindrance = gate.hindrance(reader, approvable);
            return { ...thing, act, hindrance: hindrance === 'APPROVAL_FRESH' ? undefined : hindrance };
          }),
        )
        .sort((a, b) => a.at - b.at),
    count: (reader) => seenBy(reader).reduce((sum, act) => sum + seen(reader, act).length, 0),
  };
}
