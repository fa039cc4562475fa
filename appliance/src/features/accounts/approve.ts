// The one gate of every act that takes two persons. The one who asks is kept with `asked` (or is an author of stored revisions),
// and `assertMayApprove` is called at the approval; no feature compares actors itself, and a new act gets a row in
// `twoPersonActs` (types.ts) and a scenario (test/architecture/two-persons.test.ts, appliance/src/features/accounts/two-persons.test.ts).

import type { EventService } from '../../engine/events/service.ts';
import {
  type AccountPersons,
  type Actor,
  actorRef,
  areTwoPersons,
  byWhom,
  hasRight,
  holdsAnywhere,
  type Right,
  requireRight,
  scopeOf,
  unitePersons,
} from '../../engine/objects/types.ts';
import type { DeviceSet } from '../../platform/device-set.ts';
import { AppError } from '../../platform/errors.ts';
import type { Scope } from '../../platform/scope.ts';
import type { ApprovalStore } from './approval-store.ts';
import { lookBackMs } from './approvers.ts';
import {
  type Act,
  type Approvable,
  type ApprovalGate,
  type Hindrance,
  isFresh,
  type TwoPersonAct,
  twoPersonActs,
} from './types.ts';

const words: Readonly<Record<Hindrance, string>> = {
  FORBIDDEN: 'approving needs a right',
  APPROVAL_TOKEN: 'a token approves nothing: a person signs in',
  APPROVAL_PERSON: 'a person does this: sign in with an account (sallyport login)',
  APPROVAL_NOBODY: 'no person is known to have asked for this: somebody who is signed in saves it first',
  APPROVAL_SELF: 'another person than those who wrote, asked for or approved it approves',
  APPROVAL_REACH: 'it concerns more than the reach of the right to approve',
  APPROVAL_FRESH: 'the log-in is older than 10 minutes: authenticate again, then approve',
};

const keptMs = 1_095 * 86_400_000;
/** How long the only person who could approve waits. */
export const soleWaitMs = 86_400_000;

type GateParts = {
  persons: AccountPersons;
  store: ApprovalStore;
  /** The accounts that can approve with a right, or could lately (approvers.ts). */
  couldApprove: (right: Right) => ReadonlySet<string>;
  /** The devices in a reach; undefined: all. */
  devicesIn: (scope: Scope) => DeviceSet | undefined;
  /** Whether all of some controllers are in a reach. */
  controllersIn: (controllers: readonly string[], scope: Scope) => boolean;
  events: Pick<EventService, 'record'>;
  clock: () => number;
  /** Throws while the clock is in doubt. */
  assertCertain?: () => void;
};

export function approvalGate(parts: GateParts): ApprovalGate {
  const { persons, store, couldApprove, devicesIn, controllersIn, events, clock } = parts;
  const rowOf = (act: TwoPersonAct): Act => twoPersonActs[act];

  /**
   * Of the accounts that can approve, or could lately, those of other persons. Who took a colleague's account over since
   * (a link, enabling it, an address in common) has not become the only person by that.
   */
  const othersWhoCould = (actor: Actor, act: TwoPersonAct): string[] => {
    const sinceMs = clock() - lookBackMs;
    const own = persons.personsBehind(actor, sinceMs);
    return [...couldApprove(rowOf(act).right)].filter((id) =>
      areTwoPersons(own, persons.personsBehind({ type: 'account', id }, sinceMs)),
    );
  };

  const isSole = (actor: Actor, act: TwoPersonAct, since: number | undefined): boolean =>
    rowOf(act).sole === true &&
    since !== undefined &&
    clock() - since >= soleWaitMs &&
    othersWhoCould(actor, act).length === 0;

  /** The right is held over all that the thing concerns. */
  const reachHindrance = (actor: Actor, { act, devices, controllers }: Approvable): Hindrance | undefined => {
    const { right } = rowOf(act);
    if (hasRight(actor, right)) return undefined;
    if (!holdsAnywhere(actor, right)) return 'FORBIDDEN';
    const scope = scopeOf(actor, right);
    if (controllers !== undefined)
      return controllers.length > 0 && controllersIn(controllers, scope) ? undefined : 'APPROVAL_REACH';
    const reached = devicesIn(scope);
    return devices?.every((device) => reached?.[device] === 1) === true ? undefined : 'APPROVAL_REACH';
  };

  const look = (actor: Actor, approvable: Approvable): Hindrance | 'one-person' | undefined => {
    const { act, thing, ...given } = approvable;
    const beyond = reachHindrance(actor, approvable);
    if (beyond !== undefined) return beyond;
    if (actor.type === 'token') return 'APPROVAL_TOKEN';
    const own = persons.personsBehind(actor);
    if (own.size === 0) return 'APPROVAL_PERSON';
    const kept = thing === undefined ? [] : store.of(act, thing);
    const wrote = unitePersons(
      given.authors ?? kept.filter(({ type }) => type === 'author').map(({ persons: who }) => who),
    );
    if (wrote.size === 0) return 'APPROVAL_NOBODY';
    const agreed = rowOf(act).several === true ? kept.filter(({ type }) => type === 'approver') : [];
    const before = unitePersons([wrote, ...agreed.map(({ persons: who }) => who), ...(given.approvers ?? [])]);
    const isSelf = [...own].some((person) => before.has(person));
    const since = given.since ?? kept.findLast(({ type }) => type === 'author')?.at;
    if (isSelf && !isSole(actor, act, since)) return 'APPROVAL_SELF';
    if (!isFresh(actor, clock())) return 'APPROVAL_FRESH';
    return isSelf ? 'one-person' : undefined;
  };

  const assertMayAsk: ApprovalGate['assertMayAsk'] = (actor) => {
    const own = persons.personsBehind(actor);
    if (own.size === 0) throw new AppError('APPROVAL_PERSON', words.APPROVAL_PERSON);
    return own;
  };

  return {
    personsBehind: persons.personsBehind,
    assertMayAsk,
    asked: (actor, act, thing) =>
      store.add({ act, thing, type: 'author', at: clock(), actor: actorRef(actor), persons: assertMayAsk(actor) }),
    hindrance: (actor, thing) => {
      const found = look(actor, thing);
      return found === 'one-person' ? undefined : found;
    },
    assertMayApprove: (actor, thing) => {
      const found = look(actor, thing);
      if (found === 'FORBIDDEN') requireRight(actor, rowOf(thing.act).right);
      if (found !== undefined && found !== 'one-person') throw new AppError(found, words[found]);
      if (rowOf(thing.act).ends === true) parts.assertCertain?.();
      const own = persons.personsBehind(actor);
      const onePerson = found === 'one-person';
      if (onePerson)
        events.record('approved-by-one-person', {
          ...byWhom(actor),
          params: { act: thing.act, thing: thing.thing ?? '' },
        });
      if (thing.thing !== undefined)
        store.add({
          act: thing.act,
          thing: thing.thing,
          type: 'approver',
          at: clock(),
          actor: actorRef(actor),
          persons: own,
          onePerson,
        });
      return own;
    },
    mustWait: (actor, act) => {
      if (persons.personsBehind(actor).size === 0) return couldApprove(rowOf(act).right).size > 1;
      return othersWhoCould(actor, act).length > 0;
    },
    trim: () => store.trim(clock() - keptMs),
    isOnePerson: (act, thing) => store.of(act, thing).some(({ onePerson }) => onePerson),
  };
}
