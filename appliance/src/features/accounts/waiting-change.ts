import type { EventService } from '../../engine/events/service.ts';
import type { ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import {
  type Actor,
  actorRef,
  type Body,
  byWhom,
  hasRight,
  type PersonId,
  readPersons,
  storedPersons,
} from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import { rightsOf } from './rights.ts';
import type { Approvable, ApprovalGate } from './types.ts';

// Making, promoting and resetting an account, changing a setting of safety (safety-settings.ts) and letting a token live again wait for a second person where there is one. What waits lies in the object
// itself, encrypted as its secrets are: one change at a time, and any later write of the object makes it void.

export type WaitingChange = {
  what: 'make' | 'promote' | 'reset' | 'set';
  patch: Body;
  /** `type:id` of who asked. */
  by: string;
  persons: ReadonlySet<PersonId>;
  at: number;
  /** Why, where that is asked for. */
  reason?: string;
};

type Stored = Omit<WaitingChange, 'persons'> & { persons: string; revision: number };

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];

/** A token that waits after a return to an older database (features/rollback/held-tokens.ts) is a thing of accounts. */
type Stem = 'account' | 'setting';
const stemOf = (kind: string): Stem => (kind === 'setting' ? 'setting' : 'account');

export function waitingChanges(parts: {
  objects: ObjectService;
  events: EventService;
  gate: ApprovalGate;
  clock: () => number;
}) {
  const { objects, events, gate, clock } = parts;

  /** What a second person says yes to. */
  const approvable = (kind: string, id: string, { persons, at }: Pick<WaitingChange, 'persons' | 'at'>): Approvable => {
    if (kind === 'token') return { act: 'token-release', thing: `${id}@${at}`, authors: [persons], since: at };
    const ofSetting = objects.waitsAlone(id) ? 'connection-change' : 'setting-change';
    return { act: stemOf(kind) === 'setting' ? ofSetting : 'account-change', authors: [persons], since: at };
  };

  const storedIn = (kind: string, id: string): Stored | undefined => {
    const object = objects.ofAnyKind.find(kind, id, { secrets: true });
    const text = object?.body['waiting'];
    if (object === undefined || typeof text !== 'string' || text === '') return undefined;
    const stored = JSON.parse(text) as Stored;
    return stored.revision === object.revision ? stored : undefined;
  };

  const record = (what: 'asked' | 'approved' | 'refused', actor: Actor, kind: string, object: string): void => {
    events.record(`${stemOf(kind)}-change-${what}`, {
      ...byWhom(actor),
      params: { kind, object },
    });
  };

  const accountsWith = (role: string): ObjectOf<'account'>[] =>
    objects.list({ kind: 'account', limit: 10_000 }).rows.filter(({ body }) => texts(body['roles']).includes(role));

  return {
    accountsWith,
    /** Another person could approve now: an account that can sign in, may write accounts, and is another person. */
    needsSecond: (actor: Actor): boolean => {
      if (actor.type !== 'account') return false;
      const own = gate.personsBehind(actor);
      return objects.list({ kind: 'account', limit: 10_000 }).rows.some((account) => {
        if (account.body['disabled'] === true) return false;
        if (!hasRight({ ...actor, rights: rightsOf(objects, account) }, 'accounts:approve')) return false;
        const other = gate.personsBehind({ type: 'account', id: account.id });
        if (other.size === 0 || [...other].some((person) => own.has(person))) return false;
        return Boolean(objects.find('account', account.id, { secrets: true })?.body['passwordHash']);
      });
    },
    /** The field `waiting` of an object that will be at `revision`. */
    field: (actor: Actor, change: Pick<WaitingChange, 'what' | 'patch' | 'reason'> & { revision: number }): string => {
      const persons = storedPersons(gate.assertMayAsk(actor));
      return JSON.stringify({ ...change, by: actorRef(actor), persons, at: clock() } satisfies Stored);
    },
    asked: (actor: Actor, kind: string, id: string): void => record('asked', actor, kind, id),
    of: (kind: string, id: string): WaitingChange | undefined => {
      const stored = storedIn(kind, id);
      return stored && { ...stored, persons: readPersons(stored.persons) };
    },
    /** Why this person cannot say yes; undefined when he can. */
    hindrance: (actor: Actor, kind: string, id: string, change: WaitingChange) =>
      gate.hindrance(actor, approvable(kind, id, change)),
    approvable,
    /** CONFLICT where nothing waits any more; what hinders; otherwise what is to be done now. */
    approve: (actor: Actor, kind: string, id: string): WaitingChange => {
      const stored = storedIn(kind, id);
      if (stored === undefined) throw new AppError('CONFLICT', 'nothing waits here, or it was changed since');
      const change = { ...stored, persons: readPersons(stored.persons) };
      gate.assertMayApprove(actor, approvable(kind, id, change));
      record('approved', actor, kind, id);
      return change;
    },
    refused: (actor: Actor, kind: string, id: string): void => record('refused', actor, kind, id),
  };
}

export type WaitingChanges = ReturnType<typeof waitingChanges>;
