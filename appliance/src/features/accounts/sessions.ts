import { createHash } from 'node:crypto';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import type { EventService } from '../../engine/events/service.ts';
import type { ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import { type Actor, byWhom, hasRight, requireRight } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import type { Keyring } from '../../platform/keyring.ts';
import type { KnownBrowsers } from './known-browser.ts';
import { heldBy, heldByBoth, heldByRole } from './rights.ts';
import type { AccountStore } from './store.ts';
import { type NewSession, type Session, type SessionWay, type SignedIn, sessionId } from './types.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const maxSessions = 20;
const secretPattern = /^[A-Za-z0-9_-]{43}$/;

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

export type SessionService = ReturnType<typeof sessionService>;

/** Sessions: opened by a log-in, resumed by their cookie, ended by time, by their owner, by an administrator. */
export function sessionService(parts: {
  store: AccountStore;
  keyring: Keyring;
  objects: ObjectService;
  events: EventService;
  browsers: KnownBrowsers;
  clock: () => number;
  /** The time that the appliance has run, which no clock that is set moves: by it sessions end. */
  ran: () => number;
}) {
  const { store, keyring, objects, events, browsers, clock, ran } = parts;
  const idleMs = (): number => objects.setting('accounts.idle-minutes') * minuteMs;
  const absoluteMs = (): number => objects.setting('accounts.session-hours') * hourMs;
  const dropEnded = (): void => store.dropEnded(ran() - absoluteMs(), ran() - idleMs());

  const toActor = (account: ObjectOf<'account'>, from: string, authenticatedAt: number): Actor => ({
    type: 'account',
    id: account.id,
    label: String(account.body['fullName'] ?? account.body['name'] ?? ''),
    from,
    ...heldBy(objects, account),
    authenticatedAt,
  });

  const csrfOf = (hash: Buffer): string => Buffer.from(keyring.mac('csrf', hash)).toString('base64url');

  const open = (
    account: ObjectOf<'account'>,
    call: { from: string; way: SessionWay; known: string | undefined },
  ): NewSession => {
    const cookie = Buffer.from(randomBytes(32)).toString('base64url');
    const { from, way } = call;
    const at = clock();
    const since = ran();
    store.addSession({
      hash: sha256(cookie),
      account: account.id,
      createdAt: at,
      usedAt: at,
      from,
      way,
      authenticatedAt: at,
      createdRan: since,
      usedRan: since,
      authenticatedRan: since,
    });
    store.keepNewestSessions(account.id, maxSessions);
    return {
      cookie,
      maxAgeSeconds: Math.floor(absoluteMs() / 1_000),
      known: browsers.add(call.known, account.id),
      actor: toActor(account, from, at),
    };
  };

  /** All living sessions, or those of one account. */
  const list = (account?: string): Session[] => {
    dropEnded();
    return account === undefined ? store.allSessions(10_000) : store.sessionsOf(account);
  };

  const ended = (actor: Actor, account: string, count: number): void => {
    events.record('sessions-ended', {
      ...byWhom(actor),
      params: { account, count },
    });
  };

  const mayEnd = (actor: Actor, account: string): boolean =>
    (actor.type === 'account' && actor.id === account) || hasRight(actor, 'accounts:write');

  return {
    open,
    list,
    dropEnded,
    /** The person behind a cookie's value; undefined when there is no living session. */
    resume: (cookie: string | undefined, from: string): SignedIn | undefined => {
      if (cookie === undefined || !secretPattern.test(cookie)) return undefined;
      const session = store.session(sha256(cookie));
      if (session === undefined) return undefined;
      const now = ran();
      const isOver = now - session.createdRan >= absoluteMs() || now - session.usedRan >= idleMs();
      const account = isOver ? undefined : objects.find('account', session.account);
      if (account === undefined || account.body['disabled'] === true) {
        store.dropSession(session.hash);
        return undefined;
      }
      if (now - session.usedRan >= minuteMs) store.touch(session.hash, clock(), now);
      const needsTwoStep = account.body['twoStep'] !== true && objects.setting('accounts.require-two-step');
      const actor = toActor(account, from, clock() - (now - session.authenticatedRan));
      const signedIn = { actor, session, csrf: csrfOf(session.hash), needsTwoStep };
      if (session.viewAs === null) return signedIn;
      const role = objects.find('role', session.viewAs);
      // A role that is gone shows nothing; the bar with the way back stays.
      const held = heldByBoth(objects, heldBy(objects, account), heldByRole(role?.body ?? {}));
      return {
        ...signedIn,
        actor: { ...actor, ...held },
        viewAs: { id: session.viewAs, name: role?.body.name ?? session.viewAs },
      };
    },
    /** Shows the console as a role alone would see it, and never more than the person has; without a role, as it is. */
    viewAs: ({ actor, session, viewAs }: SignedIn, role: string | undefined): void => {
      if (role === undefined) {
        if (viewAs === undefined) return;
        store.viewAs(session.hash, null);
        events.record('role-view-ended', { ...byWhom(actor), params: { role: viewAs.name } });
        return;
      }
      requireRight(actor, 'accounts:read');
      const { name } = objects.get('role', role).body;
      store.viewAs(session.hash, role);
      events.record('role-view-started', { ...byWhom(actor), params: { role: name } });
    },
    /** Forgets a cookie that a new log-in takes the place of. */
    drop: (cookie: string | undefined): void => {
      if (cookie !== undefined && secretPattern.test(cookie)) store.dropSession(sha256(cookie));
    },
    logout: ({ actor, session }: SignedIn): void => {
      if (!store.dropSession(session.hash)) return;
      events.record('logout', {
        ...byWhom(actor),
        params: { account: actor.id },
      });
    },
    /** The form's token belongs to this session. Hashing both makes the comparison independent of where they differ. */
    isCsrfToken: (signedIn: SignedIn, token: string | undefined): boolean =>
      token !== undefined && sha256(token).equals(sha256(signedIn.csrf)),
    /** One session, by its owner or by who may write accounts; NOT_FOUND for one that is over or of others. */
    end: (actor: Actor, id: string): void => {
      const session = list().find((one) => sessionId(one) === id);
      if (session === undefined || !mayEnd(actor, session.account))
        throw new AppError('NOT_FOUND', 'there is no such session');
      store.dropSession(session.hash);
      ended(actor, session.account, 1);
    },
    /** All sessions of an account but one; how many there were. */
    endAll: (actor: Actor, account: string, except?: Session): number => {
      if (!mayEnd(actor, account)) requireRight(actor, 'accounts:write');
      dropEnded();
      const count = store.dropSessionsOf(account, except?.hash ?? null);
      if (count > 0) ended(actor, account, count);
      return count;
    },
  };
}
