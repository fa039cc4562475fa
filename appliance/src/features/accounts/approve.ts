// The one gate of every act that takes two persons. A feature stores `personsBehind` of whoever writes or asks, and calls
// `assertMayApprove` when somebody says yes; it compares no actors itself (test/architecture/approvals.test.ts). A new act
// gets a row in `twoPersonActs` and a scenario in that test.

import { AppError, type AppErrorCode } from '../../platform/errors.ts';
import { type Actor, hasRight, type PersonId, type Right, requireRight } from '../objects/types.ts';
import { type AccountPersons, unitePersons } from './person.ts';

/** Every act that takes a second person, with the right that approving it needs. */
export const twoPersonActs = {
  'range-confirm': { right: 'devices:write' },
  'identification-approve': { right: 'devices:write' },
  'program-approve': { right: 'devices:write' },
  'patch-sign': { right: 'devices:write' },
  'device-task-confirm': { right: 'devices:write' },
  'sample-approve': { right: 'queries:write' },
  'person-erase': { right: 'provision:write' },
  'account-change': { right: 'accounts:write' },
  'account-vouch': { right: 'accounts:write' },
} as const satisfies Record<string, { right: Right }>;

export type TwoPersonAct = keyof typeof twoPersonActs;

/** What waits for a yes. */
export type Approvable = {
  act: TwoPersonAct;
  /** As they were stored with the revisions since the last approved one, or with the request. */
  authors: Iterable<ReadonlySet<PersonId>>;
  /** Who said yes before, where several have to. */
  approvers?: Iterable<ReadonlySet<PersonId>>;
};

export type ApprovalGate = {
  personsBehind: AccountPersons['personsBehind'];
  /**
   * Whoever asks for something that a second person approves is a person: the persons, to be stored with the request.
   * APPROVAL_PERSON.
   */
  assertMayAsk(actor: Actor): ReadonlySet<PersonId>;
  /** Why a person cannot approve, for pages; undefined when he can. */
  hindrance(actor: Actor, thing: Approvable): Hindrance | undefined;
  /** Throws what hinders; otherwise the persons behind the approval, to be stored with it. */
  assertMayApprove(actor: Actor, thing: Approvable): ReadonlySet<PersonId>;
};

/**
 * FORBIDDEN without the right, APPROVAL_TOKEN for a token, APPROVAL_PERSON for what is no signed-in account,
 * APPROVAL_NOBODY where no person is known to have asked, APPROVAL_SELF for an author or earlier approver, APPROVAL_FRESH
 * when the authentication is too old.
 */
export type Hindrance = Extract<AppErrorCode, 'FORBIDDEN' | `APPROVAL_${string}`>;

const words: Readonly<Record<Hindrance, string>> = {
  FORBIDDEN: 'approving needs a right',
  APPROVAL_TOKEN: 'a token approves nothing: a person signs in',
  APPROVAL_PERSON: 'a person does this: sign in with an account (sallyport login)',
  APPROVAL_NOBODY: 'no person is known to have asked for this: somebody who is signed in saves it first',
  APPROVAL_SELF: 'another person than those who wrote, asked for or approved it approves',
  APPROVAL_FRESH: 'the log-in is older than 10 minutes: authenticate again, then approve',
};

/** How long an authentication counts for approving. */
export const freshMs = 10 * 60_000;

export function approvalGate(parts: { persons: AccountPersons; clock: () => number }): ApprovalGate {
  const { persons, clock } = parts;

  const isFresh = ({ authenticatedAt }: Actor): boolean =>
    authenticatedAt !== undefined && Math.abs(clock() - authenticatedAt) <= freshMs;

  const hindrance: ApprovalGate['hindrance'] = (actor, { act, authors, approvers = [] }) => {
    if (!hasRight(actor, twoPersonActs[act].right)) return 'FORBIDDEN';
    if (actor.type === 'token') return 'APPROVAL_TOKEN';
    const own = persons.personsBehind(actor);
    if (own.size === 0) return 'APPROVAL_PERSON';
    const wrote = unitePersons(authors);
    if (wrote.size === 0) return 'APPROVAL_NOBODY';
    const before = unitePersons([wrote, ...approvers]);
    if ([...own].some((person) => before.has(person))) return 'APPROVAL_SELF';
    return isFresh(actor) ? undefined : 'APPROVAL_FRESH';
  };

  return {
    personsBehind: persons.personsBehind,
    assertMayAsk: (actor) => {
      const own = persons.personsBehind(actor);
      if (own.size === 0) throw new AppError('APPROVAL_PERSON', words.APPROVAL_PERSON);
      return own;
    },
    hindrance,
    assertMayApprove: (actor, thing) => {
      const found = hindrance(actor, thing);
      if (found === 'FORBIDDEN') requireRight(actor, twoPersonActs[thing.act].right);
      if (found !== undefined) throw new AppError(found, words[found]);
      return persons.personsBehind(actor);
    },
  };
}
