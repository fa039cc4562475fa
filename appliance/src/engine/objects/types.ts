// Objects: what administrators decide, as kinds that are declared once (each feature's kinds.ts, listed in all-kinds.ts).
//
// Every write makes a revision and an entry of the audit chain in the same transaction. The chain commits to a salted
// hash of the stored form, in which personal and secret values are encrypted under the object's own key: erasing that
// key erases the person and the chain stays verifiable. Settings are objects of the kind `setting`, keyed by name, whose
// declarations are in each feature's settings.ts, listed in all-settings.ts. Texts are catalogue keys: `kind.<kind>.title`, `kind.<kind>.field.<field>`,
// `setting.<name>.title`, `setting.<name>.help`.

import { defined } from '@sallyport/bundle-tools/platform/defined';
import { AppError, type FieldErrors } from '../../platform/errors.ts';
import type { Filter } from '../../platform/filter/types.ts';
import { reaching, type Scope } from '../../platform/scope.ts';

export type Area =
  | 'devices'
  | 'controllers'
  | 'software'
  | 'vulnerabilities'
  | 'updates'
  | 'deployments'
  | 'queries'
  | 'exchange'
  | 'events'
  | 'accounts'
  | 'settings'
  | 'provision'
  | 'work';

export const areas: readonly Area[] = [
  'devices',
  'controllers',
  'software',
  'vulnerabilities',
  'updates',
  'deployments',
  'queries',
  'exchange',
  'events',
  'accounts',
  'settings',
  'provision',
  'work',
];

/**
 * `x:write` and `x:approve` have `x:read`, and neither has the other: who approves is another one than who writes.
 * `safety:write`: settings that weaken what protects the site, beside `settings:write`. `metrics:read`: the figures for
 * monitoring and nothing else, for its token.
 */
export type Right = `${Area | 'safety'}:${'write' | 'approve'}` | `${Area}:read` | 'metrics:read' | 'all';

/** A right to write; `x:approve` stands beside each. */
export type WriteRight = Extract<Right, `${string}:write`>;

/**
 * What a declaration's things belong to, which says who reads and writes them with a right over a part of the site: a device
 * (by the group that it is in now), a group, a zone of controllers, what comes from outside and is the same for all
 * (`catalog`), the person who made it, or the site as a whole. Nothing is declared without it.
 */
export type Bound = 'device' | 'group' | 'zone' | 'catalog' | 'owner' | 'site';

/** Of a kind: `group` names the field with the group, `id` where the object is one. */
type KindBound = Exclude<Bound, 'group'> | { readonly group: string };

/** A human as far as the appliance can tell: random, made with an account (person-store.ts), never reused. */
export type PersonId = string & { readonly person: unique symbol };

/** A right over some groups and some zones of controllers, and all below them. */
export type Grant = { readonly right: Right; readonly groups: readonly string[]; readonly zones: readonly string[] };

export type Actor = {
  type: 'account' | 'token' | 'device' | 'system' | 'cli';
  id: string;
  /** For people; never stored in the chain. */
  label: string;
  /** Address that the call came from. */
  from?: string;
  /** Over the whole site. */
  rights: ReadonlySet<Right>;
  /** Over a part of it, beside these. */
  grants?: readonly Grant[];
  /** When the person behind a session last proved who it is; absent for everything but a signed-in account. */
  authenticatedAt?: number;
};

type KindFieldType =
  | 'text'
  | 'multiline'
  | 'integer'
  | 'boolean'
  | 'time'
  | 'choice'
  | 'reference'
  | 'list'
  | 'secret'
  | 'json';

/**
 * What of a field comes back with an earlier state, by revert, restore or undo, and with an older database (decision 082):
 * `freely`: a plain value. `anew`: it takes something away or gives it (a right, a disabled state, safety): it comes back as
 * if a person gave it now, with the same right, gate and second person. `never`: used up, expired or void (a link, a code, an
 * approval, a second factor that was replaced): it stays as it is now, and is absent from what was deleted.
 */
export type Returns = 'freely' | 'anew' | 'never';

export type KindField = {
  /** Absent only where the kind says it for all of its fields. */
  returns?: Returns;
  /** What is written where the field differs after a return to an older database; the kind's own `strict` without one. */
  strict?: Readonly<Body>;
  /** `time` is `YYYY-MM-DDThh:mm:ssZ`; `list` is strings; `reference` an id of `kind`; `secret` is never read back without asking. */
  type: KindFieldType;
  required?: boolean;
  /** Longest text or list, largest number. */
  max?: number;
  min?: number;
  /** Of a `choice`, or of the entries of a `list`. */
  options?: readonly string[];
  kind?: string;
  /** `text`, and each entry of a `list`: an id; lists show its name. */
  idOf?: 'device' | 'update' | 'controller' | 'group' | 'zone';
  personal?: boolean;
  indexed?: boolean;
  unique?: boolean;
  default?: unknown;
  /** Not on forms: set by the services. */
  internal?: boolean;
  /** Stays as it was when the object was made. */
  immutable?: boolean;
  /** `multiline`: a text of the language of conditions; its rule checks it, its form can try it out. */
  syntax?: 'condition' | 'status-conditions';
  /** `integer`: a port that somebody connects to, so none on which controllers speak. */
  format?: 'port';
};

export type Kind = {
  name: string;
  bound: KindBound;
  row: string;
  area: Area;
  fields: Readonly<Record<string, KindField>>;
  title: string;
  key?: 'given' | 'generated' | 'single';
  /** What the fields say together, once each is right by itself; returns what is wrong. */
  check?: (body: Body) => FieldErrors;
  /** Every field is plain; otherwise each says its own. */
  returns?: 'freely';
  /** What is deleted stays deleted: it had ended. */
  final?: true;
  /** What puts an object out of force after a return to an older database. */
  strict?: Readonly<Body> | 'remove';
  /** Fields of an approval, and what it is an approval of: a write that changes the second ends the first. */
  approval?: { readonly fields: readonly string[]; readonly of: readonly string[] };
  leaves: null | { file: string; fields: readonly string[]; group: string };
};

export type KindDeclaration = Omit<Kind, 'name'>;

type KindDeclarations = Readonly<Record<string, KindDeclaration>>;

/** The field that `bound` names is one of the kind's. */
type BoundByOwnField<T extends KindDeclarations> = {
  readonly [K in keyof T]: {
    readonly bound: Exclude<Bound, 'group'> | { readonly group: 'id' | keyof T[K]['fields'] };
  };
};

/** Every field says what of it comes back, or the kind says that all of them are plain. */
type Classified<T extends KindDeclarations> = {
  readonly [K in keyof T]:
    | { readonly returns: 'freely' }
    | { readonly fields: { readonly [F in keyof T[K]['fields']]: { readonly returns: Returns } } };
};

/** A feature's table of kinds, by their names. */
export function defineKinds<const T extends KindDeclarations>(kinds: T & BoundByOwnField<T> & Classified<T>): T {
  return kinds;
}

export type SettingValue = string | number | boolean | string[];

export type Setting = {
  name: string;
  type: 'text' | 'integer' | 'boolean' | 'choice' | 'list' | 'time-of-day';
  default: string | number | boolean | readonly string[];
  min?: number;
  max?: number;
  options?: readonly string[];
  area: Area;
  unit?: 'bytes' | 'seconds' | 'minutes' | 'hours' | 'days';
  /** A text that has to be the IANA name of a time zone, or empty; an integer, or texts of a list, that are ports to connect to, none of controllers. */
  format?: 'time-zone' | 'port';
  /** Changing it can weaken what protects the site: that asks for more (accounts/safety-settings.ts). */
  safety: boolean;
  /** A change waits also where no second person could agree: the only one does so a day later. */
  waitsAlone?: true;
  /** A change to this side weakens nothing: one person does it at once, because to stop something must be quick. */
  safeSide?: 'off' | 'lower';
  /** What it is set to where it differs after a return to an older database; its default without one. */
  strict?: SettingValue;
  /** On by itself where two persons could approve with this right; a value that was set wins. */
  onWhereTwo?: Right;
};

export type SettingDeclaration = Omit<Setting, 'name'>;

/** A feature's table of settings, by their names. */
export function defineSettings<const T extends Readonly<Record<string, SettingDeclaration>>>(settings: T): T {
  return settings;
}

/** What a setting's value is. */
export type ValueOf<D extends SettingDeclaration> = D extends { type: 'integer' }
  ? number
  : D extends { type: 'boolean' }
    ? boolean
    : D extends { type: 'list' }
      ? string[]
      : D extends { type: 'choice'; options: readonly string[] }
        ? D['options'][number]
        : string;

export type Body = Record<string, unknown>;

export type WriteOptions = { comment?: string };

export type ReadOptions = { /** Returns values of `secret` fields. */ secrets?: boolean; deleted?: boolean };

export type Obj<B = Body> = {
  kind: string;
  id: string;
  revision: number;
  createdAt: number;
  updatedAt: number;
  deletedAt?: number;
  body: B;
};

export type ObjectOperation = 'create' | 'update' | 'remove' | 'restore' | 'revert' | 'import';

export type Revision = {
  kind: string;
  id: string;
  revision: number;
  at: number;
  /** `type:id` of the actor. */
  actor: string;
  /** Behind the actor when it was written. */
  persons: ReadonlySet<PersonId>;
  from: string | null;
  operation: ObjectOperation;
  comment: string | null;
  body: Body;
};

export type FieldDiff = { field: string; before: unknown; after: unknown /** Values withheld. */; secret?: true };

/** How long what was deleted can be restored; the page *Deleted* names it (`objects.deleted` of ui/src/objects/words.ts). */
export const tombstoneMs = 90 * 86_400_000;

export type Tombstone = {
  kind: string;
  id: string;
  title: string | null;
  revision: number;
  deletedAt: number;
  actor: string;
};

export type ObjectQuery = {
  kind: string;
  where?: Readonly<Record<string, string | number | boolean | null>>;
  search?: string;
  /** In the language of the kind; see `ObjectService.language`. */
  filter?: Filter | undefined;
  /** A field, or createdAt, updatedAt, id. */
  sort?: string;
  descending?: boolean;
  after?: string;
  limit: number;
  deleted?: boolean;
};

export type ObjectPage<B = Body> = { rows: Array<Obj<B>>; total: number; next?: string };

export type ExportedObject = { kind: string; id: string; revision: number; body: Body };

/** Whether one of the rights is this one or has it in it: `all` has every right, `x:write` and `x:approve` have `x:read`. */
export function rightIn(held: ReadonlySet<Right>, right: Right): boolean {
  if (held.has('all') || held.has(right)) return true;
  const [area, access] = right.split(':') as [Area, string];
  return access === 'read' && (held.has(`${area}:write`) || held.has(`${area}:approve`));
}

/** Whether the actor holds a right over the whole site. */
export const hasRight = (actor: Actor, right: Right): boolean => rightIn(actor.rights, right);

/** Throws FORBIDDEN unless the actor holds the right. */
export const requireRight = (actor: Actor, right: Right): void => {
  if (hasRight(actor, right)) return;
  const where = holdsAnywhere(actor, right) ? ' over the whole site, and it is held over a part of it' : '';
  throw new AppError('FORBIDDEN', `needs the right ${right}${where}`, { right });
};

/** The right to say yes to what a right to write asks for. */
export function approvalOf(right: WriteRight): Right {
  return right.replace(/:write$/, ':approve') as Right;
}

/** Throws FORBIDDEN for who may neither write nor approve: saying no to what waits takes either. */
export function requireDecider(actor: Actor, right: WriteRight): void {
  if (!hasRight(actor, approvalOf(right))) requireRight(actor, right);
}

/**
 * Who was let through by the gate of approvals writes down what was approved, also without the right to write by himself; and who
 * writes what a service has found in reach, for which the engine of objects asks over the whole site.
 */
export function asWriter(actor: Actor, ...rights: readonly WriteRight[]): Actor {
  return { ...actor, rights: new Set([...actor.rights, ...rights]) };
}

const grantsOf = (actor: Actor, right: Right): readonly Grant[] =>
  (actor.grants ?? []).filter((grant) => rightIn(new Set([grant.right]), right));

/** Whether an actor holds a right over anything. */
export function holdsAnywhere(actor: Actor, right: Right): boolean {
  return hasRight(actor, right) || grantsOf(actor, right).length > 0;
}

/**
 * Where an actor holds a right: the site, or the groups and zones of all its grants together. FORBIDDEN where nowhere; `all` over a part is
 * every right of areas there, and none of the site's.
 */
export function scopeOf(actor: Actor, right: Right): Scope {
  if (hasRight(actor, right)) return reaching({ site: true, roots: [], zones: [] });
  const held = grantsOf(actor, right);
  if (held.length === 0) throw new AppError('FORBIDDEN', `needs the right ${right}`, { right });
  return reaching({
    site: false,
    roots: [...new Set(held.flatMap(({ groups }) => groups))],
    zones: [...new Set(held.flatMap(({ zones }) => zones))],
  });
}

/** Where an actor may say no to what waits: where a right to write or the one to approve is held. FORBIDDEN where neither is. */
export function deciderScope(actor: Actor, right: WriteRight): Scope {
  const [first, ...others] = [right, approvalOf(right)]
    .filter((one) => holdsAnywhere(actor, one))
    .map((one) => scopeOf(actor, one));
  const all = [first ?? scopeOf(actor, right), ...others];
  return reaching({
    site: all.some(({ site }) => site),
    roots: [...new Set(all.flatMap(({ roots }) => roots))],
    zones: [...new Set(all.flatMap(({ zones }) => zones))],
  });
}

/**
 * Whether an actor holds a right wherever a scope reaches. Groups are compared as roles name them: a right over a group above does not
 * count for one below, which shows less and never more.
 */
export function holdsThroughout(actor: Actor, right: Right, { site, roots }: Scope): boolean {
  if (hasRight(actor, right)) return true;
  if (site || !holdsAnywhere(actor, right)) return false;
  const held = scopeOf(actor, right).roots;
  return roots.every((root) => held.includes(root));
}

/** How the chain and events name an actor. */
export const actorRef = (actor: Actor): string => `${actor.type}:${actor.id}`;

/** Who acted and from where, as events say it. */
export const byWhom = (actor: Actor): { actor: string; from?: string } => ({
  actor: actorRef(actor),
  ...defined({ from: actor.from }),
});

/** An actor as the payload of a job keeps it. */
export type ActorRow = { type: Actor['type']; id: string; label: string; from?: string; rights: Right[] };

export function actorRow({ type, id, label, from, rights }: Actor): ActorRow {
  return { type, id, label, ...defined({ from }), rights: [...rights] };
}

export function actorOfRow(row: ActorRow): Actor {
  return { ...row, rights: new Set(row.rights) };
}

const actorTypes: readonly Actor['type'][] = ['account', 'token', 'device', 'system', 'cli'];

/** Who started a run, as its row names them; the right was checked when it was started. */
export function actorOfRef(ref: string, label = ref): Actor {
  const at = ref.indexOf(':');
  const type = actorTypes.find((known) => known === ref.slice(0, at)) ?? 'system';
  return { type, id: ref.slice(at + 1), label, rights: new Set(['all']) };
}

/** The appliance itself, for work without a request. */
export const systemActor: Actor = {
  type: 'system',
  id: 'appliance',
  label: 'Sallyport',
  rights: new Set<Right>(['all']),
};

/** Which persons are behind whom, over the accounts and tokens. */
export type AccountPersons = {
  /**
   * Device, system and a command line without log-in are no persons: the set is empty. `since` (ms) leaves out who came to stand
   * behind an account after it, where somebody else could use the account before.
   */
  personsBehind(actor: Pick<Actor, 'type' | 'id'>, since?: number): ReadonlySet<PersonId>;
  /** Told of every write of an account or token, in its transaction. */
  written(kind: string, id: string, body: Body | undefined, actor: Pick<Actor, 'type' | 'id'>): void;
  /** The object is gone for ever; what was stored with acts stays. */
  purged(kind: string, id: string): void;
};

/** Persons as a column keeps them. */
export function storedPersons(persons: ReadonlySet<PersonId>): string {
  return JSON.stringify([...persons].sort());
}

export function readPersons(stored: string | null | undefined): ReadonlySet<PersonId> {
  const parsed: unknown = JSON.parse(stored ?? '[]');
  return new Set(Array.isArray(parsed) ? parsed.filter((one): one is PersonId => typeof one === 'string') : []);
}

/**
 * Authors of these revisions, newest first, as stored then. Empty where a command line without log-in wrote the newest:
 * its author may be the approver; a person who saves it after that becomes its author.
 */
export function authorsOf(revisions: ReadonlyArray<Pick<Revision, 'actor' | 'persons'>>): ReadonlySet<PersonId> {
  if (revisions[0]?.actor.startsWith('cli:') === true) return new Set();
  return unitePersons(revisions.map(({ persons }) => persons));
}

/**
 * Of an object's revisions, newest first: those since the last that only wrote an approval into its internal `fields`. Where
 * there is none since, what was approved may have come to mean something else, and its authors count again.
 */
export function sinceApproved<T extends Pick<Revision, 'operation' | 'body'>>(
  revisions: readonly T[],
  fields: readonly string[],
): readonly T[] {
  const part = ({ body }: T, isApproval: boolean): string =>
    JSON.stringify(
      Object.entries(body)
        .filter(([name, value]) => fields.includes(name) === isApproval && value !== null)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  const isApproval = (at: number): boolean => {
    const [one, before] = [revisions[at], revisions[at + 1]];
    if (one?.operation !== 'update' || before === undefined || part(one, false) !== part(before, false)) return false;
    return part(one, true) !== part(before, true) && part(one, true) !== '[]';
  };
  const first = revisions.findIndex((_one, at) => !isApproval(at));
  const end = revisions.findIndex((_one, at) => at > first && isApproval(at));
  return revisions.slice(first, end === -1 ? undefined : end);
}

/** Whether the two sets share no person and neither is empty. */
export function areTwoPersons(one: ReadonlySet<PersonId>, other: ReadonlySet<PersonId>): boolean {
  return one.size > 0 && other.size > 0 && ![...one].some((person) => other.has(person));
}

export function unitePersons(sets: Iterable<ReadonlySet<PersonId>>): ReadonlySet<PersonId> {
  return new Set([...sets].flatMap((set) => [...set]));
}

/** Throws where the actor may not make `after` of `before`; absent is removed or not yet made. */
export type WriteGuard = (actor: Actor, id: string, before: Body | undefined, after: Body | undefined) => void;
