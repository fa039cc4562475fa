// Accounts: which person is behind a request, and what that person may do.
//
// An account is an object (kind `account`), so its changes have revisions; its password is an Argon2id hash in a secret
// field. A session is a random cookie of which only the hash is kept; it ends by log-out, by idle time, by age, when the
// password changes and when the account is disabled or deleted. Roles are read at every request, so a right that is
// taken away is gone at once. An API token acts for an account and may be limited further, never widened. A wrong name,
// a wrong password and a disabled account look the same from outside, in words and in time.

import {
  type AccountPersons,
  type Actor,
  areas,
  type Body,
  type Obj,
  type PersonId,
  type Right,
  type WriteGuard,
  type WriteRight,
} from '../../engine/objects/types.ts';
import { AppError, type AppErrorCode } from '../../platform/errors.ts';

/** Who made, promoted or reset an account alone, since when, and when its owner was told. */
export type Touch = { person: PersonId; at: number; toldAt: number | null };

/** How a session was opened. */
export type SessionWay = 'password' | 'two-step' | 'link';

export type Session = {
  /** SHA-256 of the cookie's value. */
  hash: Buffer;
  account: string;
  createdAt: number;
  usedAt: number;
  from: string | null;
  way: SessionWay;
  /** When the person last gave password and code. */
  authenticatedAt: number;
  /** The same three as the time that the appliance had run by then: by it a session ends. */
  createdRan: number;
  usedRan: number;
  authenticatedRan: number;
  /** The role as which the console is shown. */
  viewAs: string | null;
};

/** A request with a living session. */
export type SignedIn = {
  actor: Actor;
  session: Session;
  csrf: string;
  /** The site asks for two-step verification and this account has none yet. */
  needsTwoStep: boolean;
  /** The console is shown as this role alone would see it: nothing is written. Its end is always open. */
  viewAs?: { readonly id: string; readonly name: string };
};

/** What a log-in hands to the browser: the session, and what shows later that it was logged in here. */
export type NewSession = {
  cookie: string;
  maxAgeSeconds: number;
  known: string;
  actor: Actor;
  /** Who made, promoted or reset the account since its owner last signed in with two factors: told at this log-in. */
  told?: readonly Touch[];
};

/** `asksCode`: the second factor is asked for beside the new password. */
export type LinkPurpose = { account: string; name: string; expiresAt: number; asksCode: boolean };

const allAreas = (access: 'read' | 'write' | 'approve'): Right[] => areas.map((area): Right => `${area}:${access}`);

/** Every right that a role can name. */
export const allRights: readonly Right[] = [
  'all',
  ...allAreas('read'),
  ...allAreas('write'),
  ...allAreas('approve'),
  'safety:write',
  'safety:approve',
  'metrics:read',
];

/** Rights that can be limited to groups and zones: those that an address or operation with `scoped` asks for, and no others. */
export const rightsInGroups = [
  'devices:read',
  'devices:write',
  'devices:approve',
  'controllers:read',
  'controllers:write',
  'controllers:approve',
  'software:read',
  'vulnerabilities:read',
  'updates:read',
  'events:read',
  'deployments:read',
  'deployments:write',
  'deployments:approve',
  'queries:read',
  'queries:write',
  'queries:approve',
  'updates:write',
] as const satisfies readonly Right[];

/** `x:write` and `x:approve` include `x:read`; `all` is everything. */
export const isRight = (text: string): text is Right => (allRights as readonly string[]).includes(text);

/** What takes two persons. */
export type Act = {
  /** What approving needs. */
  right: Right;
  /** The right that shows what waits, beside the one to approve (waiting/service.ts). */
  sees: Right;
  /** A site with one person who could approve goes on, after a day, marked; never for controllers and erasure. */
  sole?: boolean;
  /** Several say yes, each another person. */
  several?: boolean;
  /** What is approved holds until an end, or follows from time that has passed: not while the clock is in doubt. */
  ends?: boolean;
};

/** Every act that takes a second person. */
export const twoPersonActs = {
  'range-confirm': { right: 'devices:approve', sees: 'devices:read', sole: true },
  'identification-approve': { right: 'controllers:approve', sees: 'controllers:read', ends: true },
  'program-approve': { right: 'controllers:approve', sees: 'controllers:read' },
  'patch-sign': { right: 'controllers:approve', sees: 'controllers:read', several: true, ends: true },
  'risk-accept': { right: 'controllers:approve', sees: 'controllers:read', ends: true },
  'device-task-confirm': { right: 'devices:approve', sees: 'devices:read', sole: true },
  // Its second person sees how long the source was silent.
  'list-close': { right: 'devices:approve', sees: 'devices:read', sole: true, ends: true },
  'sample-approve': { right: 'queries:approve', sees: 'queries:read', sole: true },
  'person-erase': { right: 'provision:approve', sees: 'provision:write' },
  'account-change': { right: 'accounts:approve', sees: 'accounts:read' },
  'account-vouch': { right: 'accounts:approve', sees: 'accounts:read' },
  // A port to be connected to; none on which controllers speak is ever one.
  'connection-change': { right: 'safety:approve', sees: 'settings:read', sole: true },
  'agents-move': { right: 'devices:approve', sees: 'devices:read', sole: true },
  'setting-change': { right: 'safety:approve', sees: 'settings:read' },
  'return-acknowledge': { right: 'safety:approve', sees: 'settings:read' },
  // After a return to an older database (features/rollback/held-tokens.ts).
  'token-release': { right: 'accounts:approve', sees: 'accounts:read', sole: true },
  'recovery-key-renew': { right: 'safety:approve', sees: 'settings:read', sole: true },
  'address-release': { right: 'controllers:approve', sees: 'controllers:read' },
  'deploy-consent': { right: 'deployments:approve', sees: 'deployments:read', sole: true },
  'rollout-continue': { right: 'deployments:approve', sees: 'deployments:read', sole: true },
  'redundancy-excuse': { right: 'deployments:approve', sees: 'deployments:read', sole: true, ends: true },
  'event-files': { right: 'safety:approve', sees: 'settings:read', sole: true },
  'clock-back': { right: 'exchange:approve', sees: 'exchange:read', sole: true },
} as const satisfies Record<string, Act>;

export type TwoPersonAct = keyof typeof twoPersonActs;

/** What waits for a yes. */
export type Approvable = {
  act: TwoPersonAct;
  /** Names exactly this content: an id that changes with it, or with its revision. Kept with the approval. */
  thing?: string;
  /** All that it concerns, where it is devices; otherwise the whole site. */
  devices?: readonly number[];
  /** The same, where it is controllers: their public ids. */
  controllers?: readonly string[];
  /** As they were stored with the revisions since the last approved one; those who `asked` for the thing unless given. */
  authors?: Iterable<ReadonlySet<PersonId>>;
  /** Who approved before, where several have to and their approvals are not kept here. */
  approvers?: Iterable<ReadonlySet<PersonId>>;
  /** Since when it waits; for those who asked it is known. */
  since?: number;
};

/** A kind whose objects are in force once another person agreed to what they say (agreed-kind.ts). */
export type AgreedKind = {
  readonly kind: string;
  readonly act: TwoPersonAct;
  /** What is agreed to. */
  readonly fields: readonly string[];
  readonly write: WriteRight;
};

/** The acts of two persons about objects of such a kind. */
export type Agreements = {
  /** Of every write: none puts one in force past the gate. */
  guard: WriteGuard;
  approvable(id: string): Approvable;
  /** Why a person cannot agree, for pages. */
  hindrance(actor: Actor, id: string): Hindrance | undefined;
  /** Another person agrees. CONFLICT where it is in force already, and what the gate says. */
  agree(actor: Actor, id: string): void;
  /** Saying no to what waits removes it. CONFLICT where it is in force: that is taken back by deleting it. */
  refuse(actor: Actor, id: string): void;
};

/** Makes the acts of a kind, over the gate. */
export type MakeAgreements = (kind: AgreedKind) => Agreements;

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

export type ApprovalGate = {
  personsBehind: AccountPersons['personsBehind'];
  /** The one who asks for what a second person approves is a person. APPROVAL_PERSON. */
  assertMayAsk(actor: Actor): ReadonlySet<PersonId>;
  /** The same, and keeps the persons behind it until the approval. */
  asked(actor: Actor, act: TwoPersonAct, thing: string): void;
  /** Why a person cannot approve, for pages; undefined when he can. */
  hindrance(actor: Actor, thing: Approvable): Hindrance | undefined;
  /** Throws what hinders; otherwise keeps the approval and says which persons are behind it. */
  assertMayApprove(actor: Actor, thing: Approvable): ReadonlySet<PersonId>;
  /** Another person could approve, or could lately; without a person behind the actor: two could. */
  mustWait(actor: Actor, act: TwoPersonAct): boolean;
  /** Forgets what is older than the evidence is kept. */
  trim(): number;
  /** One person asked and approved. */
  isOnePerson(act: TwoPersonAct, thing: string): boolean;
};

/**
 * FORBIDDEN without the right, APPROVAL_REACH where it is held over less than the thing concerns, APPROVAL_TOKEN for a token, APPROVAL_PERSON for what is no signed-in account,
 * APPROVAL_NOBODY where no person is known to have asked, APPROVAL_SELF for an author or earlier approver, APPROVAL_FRESH
 * when the authentication is too old.
 */
export type Hindrance = Extract<AppErrorCode, 'FORBIDDEN' | `APPROVAL_${string}`>;

/** How long an authentication counts for approving. */
export const freshMs = 10 * 60_000;

export function isFresh(actor: Pick<Actor, 'authenticatedAt'>, now: number): boolean {
  return actor.authenticatedAt !== undefined && Math.abs(now - actor.authenticatedAt) <= freshMs;
}

/** Where commands are given: who signed in there has the computer before him. */
export const MACHINE = 'console';

/** Whether a person signed in by a command on the appliance's own computer. */
export function atTheMachine(actor: Pick<Actor, 'from'>): boolean {
  return actor.from === MACHINE;
}

/** What lists and addresses call a session: nothing follows from it about the cookie. */
export function sessionId({ hash }: Pick<Session, 'hash'>): string {
  return hash.subarray(0, 12).toString('hex');
}

/**
 * Before what is grave: accounts, roles, tokens, the own second factor and password, settings of safety. SESSION_ONLY for
 * a token, REAUTHENTICATE for a session whose person proved itself too long ago. The appliance and its own command line
 * have no session; what they may do is decided where they act.
 */
export function assertFresh(actor: Actor, now: number): void {
  if (actor.type === 'system' || actor.type === 'cli') return;
  if (actor.type !== 'account') throw new AppError('SESSION_ONLY', 'only a person who is signed in does this');
  if (!isFresh(actor, now))
    throw new AppError('REAUTHENTICATE', 'the log-in is older than 10 minutes: give password and code again');
}

/** Kinds that give rights to persons: a change that gives more waits for a second one, in the object itself. */
export const grantKinds = ['account', 'role', 'patch-duty'] as const;
export type GrantKind = (typeof grantKinds)[number];

export function isGrantKind(kind: string): kind is GrantKind {
  return grantKinds.some((one) => one === kind);
}

export type ManagedObjects = {
  /** Kinds that are written here. */
  isManaged(kind: string): boolean;
  /** A built-in object stays as it is. */
  isFixed(object: Obj): boolean;
  create(actor: Actor, kind: string, body: Body, options?: { comment?: string }): WrittenObject;
  update(
    actor: Actor,
    kind: string,
    id: string,
    patch: Body,
    options?: { comment?: string; expectedRevision?: number },
  ): WrittenObject;
  remove(actor: Actor, kind: string, id: string, options?: { comment?: string }): void;
  restore(actor: Actor, kind: string, id: string): Obj;
  /** A second person says yes to what waits at an account or role, and gets the link where there is one. */
  approve(actor: Actor, kind: string, id: string): WrittenObject;
  /** What waits is given up; needs the right to write accounts. */
  refuse(actor: Actor, kind: string, id: string): Obj;
  revert(actor: Actor, kind: string, id: string, revision: number): Obj;
};

export type WrittenObject = {
  object: Obj;
  /** Shown once: the secret of a token, or the token of the link that sets a new account's first password. */
  secret?: { kind: 'token' | 'link'; value: string };
  /** Nothing of it counts yet: a second person is waited for. */
  waits?: boolean;
};
