import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import {
  type Actor,
  actorRef,
  type Body,
  requireDecider,
  requireRight,
  systemActor,
} from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import type { AccountService } from '../accounts/service.ts';
import type { Approvable, Hindrance } from '../accounts/types.ts';
import type { RollbackStore } from './store.ts';

// Tokens after a return to an older database: each waits until an administrator lets it live again and another one agrees; an
// only one agrees to it himself after a day, marked (decision 104). What a token allows is no more than the comparison left of it.

const pageOfTokens = 10_000;
/** So many are asked for, or decided about, at once. */
export const maxAtOnce = 200;

export type HeldToken = {
  id: string;
  name: string;
  purpose: string;
  /** Ids of the account that an API token acts for, and of the group that an enrolment token leads to. */
  account: string | null;
  group: string | null;
  expiresAt: number | null;
  /** When the return was found. */
  heldAt: number;
  /** One person asked for it, and a second one has to agree. */
  asked?: { at: number; by: string; reason: string };
};

export type HeldTokens = {
  /** Those that wait and have not ended, the oldest first. */
  list(): HeldToken[];
  /** How many these are, and since when the first waits. */
  count(): { count: number; since: number };
  /**
   * Holds every token that lets something in, or only those of which so many uses are left; how many. Links are ended, not held.
   */
  hold(which: 'all' | 'counted'): number;
  /**
   * One person asks that tokens live again: all of them or none. FORBIDDEN, APPROVAL_TOKEN, APPROVAL_PERSON, REAUTHENTICATE,
   * INVALID without a reason or a token, NOT_FOUND where one does not wait, CONFLICT where one was asked for already.
   */
  ask(actor: Actor, ids: readonly string[], reason: string): HeldToken[];
  /** The second person agrees, or gives up the first one's request: for all of them or none. CONFLICT where nothing waits. */
  decide(actor: Actor, ids: readonly string[], agree: boolean): void;
  /** What one person asked for. NOT_FOUND, CONFLICT where nothing was asked for. */
  approvable(id: string): Approvable;
  /** Why this person cannot agree; undefined when he can, or nothing waits. */
  hindrance(actor: Actor, token: HeldToken): Hindrance | undefined;
};

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** The tokens of one site that wait after a return. */
export function heldTokens(parts: {
  db: Database;
  objects: ObjectService;
  store: Pick<RollbackStore, 'heldTokens' | 'waitingTokens'>;
  accounts: Pick<AccountService, 'assertFresh' | 'changes' | 'releasing'>;
  clock: () => number;
}): HeldTokens {
  const { db, objects, store, accounts, clock } = parts;
  const { changes } = accounts;

  const toHeld = ({ id, body, createdAt }: ObjectOf<'token'>): (HeldToken & { createdAt: number })[] => {
    const [heldAt, ends] = [textOf(body['held']), textOf(body['expiresAt'])];
    const expiresAt = ends === null ? null : Date.parse(ends);
    if (heldAt === null || body['disabled'] === true || (expiresAt !== null && expiresAt <= clock())) return [];
    const waiting = changes.of('token', id);
    return [
      {
        id,
        name: String(body['name'] ?? id),
        purpose: String(body['purpose']),
        account: textOf(body['account']),
        group: textOf(body['group']),
        expiresAt,
        heldAt: Date.parse(heldAt),
        createdAt,
        ...(waiting === undefined ? {} : { asked: { at: waiting.at, by: waiting.by, reason: waiting.reason ?? '' } }),
      },
    ];
  };

  /** Every token: one that is left out would stay in force. */
  const all = (): ObjectOf<'token'>[] => {
    const tokens: ObjectOf<'token'>[] = [];
    for (let after: string | undefined; ; ) {
      const page = objects.list({ kind: 'token', limit: pageOfTokens, ...defined({ after }) });
      tokens.push(...page.rows);
      if (page.next === undefined) return tokens;
      after = page.next;
    }
  };

  const list = (): HeldToken[] =>
    store
      .heldTokens()
      .flatMap((id) => objects.find('token', id) ?? [])
      .flatMap(toHeld)
      .sort((a, b) => a.createdAt - b.createdAt)
      .map(({ createdAt: _createdAt, ...token }) => token);

  const one = (id: string): HeldToken => {
    const object = objects.find('token', id);
    const [token] = object === undefined ? [] : toHeld(object);
    if (token === undefined) throw new AppError('NOT_FOUND', `no token ${id} waits after a return to an older state`);
    return token;
  };

  /** By the appliance: who writes a token is taken for one who may know its secret (person-store.ts). */
  const write = (id: string, body: Body, comment: string): void =>
    void objects.update(systemActor, 'token', id, body, { comment });

  const checked = (ids: readonly string[]): string[] => {
    const wanted = [...new Set(ids)];
    if (wanted.length === 0) throw invalid({ token: { key: 'validation.required' } });
    if (wanted.length > maxAtOnce)
      throw new AppError('TOO_LARGE', `${wanted.length} tokens: at most ${maxAtOnce} are decided about at once`);
    return wanted;
  };

  const approvable = (id: string): Approvable => {
    const change = changes.of('token', one(id).id);
    if (change === undefined) throw new AppError('CONFLICT', 'this was not asked for, or the token was changed since');
    return changes.approvable('token', id, change);
  };

  return {
    list,
    count: () => {
      const { count = 0, since } = store.waitingTokens(clock()) ?? {};
      return { count, since: since ?? 0 };
    },
    hold: (which) => {
      const tokens = all().filter(
        ({ body }) =>
          body['purpose'] !== 'first' &&
          body['disabled'] !== true &&
          (which === 'all' || typeof body['uses'] === 'number'),
      );
      const held = toTime(clock());
      for (const { id } of tokens) write(id, { held, waiting: null }, 'return to an older state of the database');
      return tokens.length;
    },
    ask: (actor, ids, text) => {
      requireRight(actor, 'accounts:write');
      if (actor.type === 'token')
        throw new AppError('APPROVAL_TOKEN', 'a token lets no token live again: a person signs in');
      const reason = enteredLine(text);
      if (reason === '') throw invalid({ reason: { key: 'validation.required' } });
      const wanted = checked(ids);
      accounts.assertFresh(actor);
      return immediate(db, () =>
        wanted.map((id) => {
          if (one(id).asked !== undefined)
            throw new AppError('CONFLICT', `token ${id} waits for a second person already`);
          const revision = objects.get('token', id).revision + 1;
          const waiting = changes.field(actor, { what: 'set', patch: { held: null }, revision, reason });
          write(id, { waiting }, `asked by ${actorRef(actor)}: ${reason}`);
          changes.asked(actor, 'token', id);
          return one(id);
        }),
      );
    },
    decide: (actor, ids, agree) => {
      requireDecider(actor, 'accounts:write');
      const wanted = checked(ids);
      immediate(db, () => {
        for (const id of wanted) {
          const { asked } = one(id);
          if (asked === undefined)
            throw new AppError('CONFLICT', `token ${id}: this was not asked for, or the token was changed since`);
          if (!agree) {
            write(id, { waiting: null }, `refused by ${actorRef(actor)}`);
            changes.refused(actor, 'token', id);
            continue;
          }
          changes.approve(actor, 'token', id);
          const comment = `asked by ${asked.by}, agreed to by ${actorRef(actor)}: ${asked.reason}`;
          accounts.releasing(id, () => write(id, { held: null, waiting: null }, comment));
        }
      });
    },
    approvable,
    hindrance: (actor, { id, asked }) => {
      const change = asked && changes.of('token', id);
      return change && changes.hindrance(actor, 'token', id, change);
    },
  };
}
