import { createHash } from 'node:crypto';
import { nowMs, randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError, type FieldErrors, invalid } from '../../platform/errors.ts';
import type { Keyring } from '../../platform/keyring.ts';
import type { EventService } from '../events/service.ts';
import type { ObjectService } from '../objects/service.ts';
import { type Actor, actorRef, type Obj, type Right, requireRight } from '../objects/types.ts';
import { apiTokens } from './api-tokens.ts';
import { type AttemptLimits, loginAttempts } from './attempts.ts';
import { oneTimeLinks } from './links.ts';
import { type Passwords, passwords } from './password.ts';
import { administratorRole, repairAdministratorRole, rightsOf } from './rights.ts';
import { type SecondFactor, secondFactor } from './second-factor.ts';
import { accountStore } from './store.ts';
import type { LinkPurpose, NewSession, Session, SignedIn } from './types.ts';

export type AccountService = {
  /** UNAUTHENTICATED for any wrong pair, RATE_LIMITED after too many tries. `old` ends the session before. */
  login(call: {
    name: string;
    password: string;
    /** One-time password or recovery code, where the account has two steps. */
    code?: string | undefined;
    from: string;
    old?: string | undefined;
  }): Promise<NewSession>;
  /** The person behind a cookie's value; undefined when there is no living session. */
  resume(cookie: string | undefined, from: string): SignedIn | undefined;
  logout(signedIn: SignedIn): void;
  /** The form's token belongs to this session. */
  isCsrfToken(signedIn: SignedIn, token: string | undefined): boolean;
  changePassword(
    signedIn: SignedIn,
    call: { current: string; next: string; again: string; from: string },
  ): Promise<NewSession>;
  twoStep: SecondFactor;
  sessions(account: string): Session[];
  endSessions(actor: Actor, account: string): number;
  /** A link that sets a password once. The token is shown once and only its hash is kept. */
  makeLink(actor: Actor, account: string): { token: string; expiresAt: number };
  /** What a link is for; undefined when it is unknown, used or too old. */
  findLink(token: string): LinkPurpose | undefined;
  useLink(token: string, call: { password: string; again: string; from: string }): Promise<NewSession>;
  /** Enables an account, makes it an administrator, ends its sessions. For the appliance's own console only. */
  breakGlass(actor: Actor, name: string): Obj;
  createApiToken(
    actor: Actor,
    token: { name: string; account: string; rights?: readonly Right[]; expiresAt?: string },
  ): { id: string; secret: string };
  /** The actor of a bearer token; TOKEN for any that is wrong, RATE_LIMITED after too many. */
  authenticateToken(secret: string | undefined, from: string): Actor;
  trim(): void;
};

export type AccountParts = {
  db: Database;
  keyring: Keyring;
  objects: ObjectService;
  events: EventService;
  clock?: () => number;
  passwords?: Passwords;
  limits?: AttemptLimits;
};

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const maxSessions = 20;
const maxPasswordBytes = 1_024;
const secretPattern = /^[A-Za-z0-9_-]{43}$/;

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
const newSecret = (): string => Buffer.from(randomBytes(32)).toString('base64url');

const wrongPair = (): AppError => new AppError('UNAUTHENTICATED', 'wrong name or password');

/** Log-in, sessions, links and tokens. */
export const accountService = (parts: AccountParts): AccountService => {
  const { db, keyring, objects, events } = parts;
  const clock = parts.clock ?? nowMs;
  const hashing = parts.passwords ?? passwords();
  const store = accountStore(db);
  const attempts = loginAttempts({
    db,
    store,
    keyring,
    clock,
    ...(parts.limits === undefined ? {} : { limits: parts.limits }),
  });

  const twoStep = secondFactor({ db, store, objects, events, clock });
  const links = oneTimeLinks({ db, objects, events, clock });

  const idleMs = (): number => objects.settingInteger('accounts.idle-minutes') * minuteMs;
  const absoluteMs = (): number => objects.settingInteger('accounts.session-hours') * hourMs;

  const toActor = (account: Obj, from: string, authenticatedAt: number): Actor => ({
    type: 'account',
    id: account.id,
    label: String(account.body['fullName'] ?? account.body['name'] ?? ''),
    from,
    rights: rightsOf(objects, account),
    authenticatedAt,
  });

  const csrfOf = (hash: Buffer): string => Buffer.from(keyring.mac('csrf', hash)).toString('base64url');

  const openSession = (account: Obj, from: string): NewSession => {
    const cookie = newSecret();
    const now = clock();
    store.addSession({ hash: sha256(cookie), account: account.id, createdAt: now, usedAt: now, from });
    store.keepNewestSessions(account.id, maxSessions);
    return { cookie, maxAgeSeconds: Math.floor(absoluteMs() / 1_000), actor: toActor(account, from, now) };
  };

  const passwordFaults = (name: string, password: string, again: string, field: string): FieldErrors => {
    const min = objects.settingInteger('accounts.password-min-length');
    const faults: FieldErrors = {};
    if (password === '') faults[field] = { key: 'validation.required' };
    else if (Array.from(password).length < min) faults[field] = { key: 'validation.tooShort', params: { min } };
    else if (Buffer.byteLength(password) > maxPasswordBytes)
      faults[field] = { key: 'validation.tooLong', params: { max: maxPasswordBytes } };
    else if (new Set(password).size < 4 || (name.length > 3 && password.toLowerCase().includes(name.toLowerCase())))
      faults[field] = { key: 'validation.weakPassword' };
    if (password !== again) faults['again'] = { key: 'validation.notSame' };
    return faults;
  };

  const findAccount = (name: string): Obj | undefined => {
    const trimmed = name.trim();
    if (trimmed === '' || trimmed.length > 100) return undefined;
    return objects.findBy('account', 'name', trimmed, { secrets: true });
  };

  const hashIn = (account: Obj | undefined): string | undefined => {
    const hash = account?.body['passwordHash'];
    return typeof hash === 'string' && hash !== '' ? hash : undefined;
  };

  const self = (account: Obj, from: string): Actor => ({
    type: 'account',
    id: account.id,
    label: '',
    from,
    // Setting one's own password needs no right over accounts; nothing else is written with this actor.
    rights: new Set<Right>(['accounts:write']),
  });

  const limited = (retryAfterMs: number): AppError =>
    new AppError('RATE_LIMITED', 'too many tries', { retryAfterSeconds: Math.ceil(retryAfterMs / 1_000) });

  const login: AccountService['login'] = async ({ name, password, code = '', from, old }) => {
    const attempt = attempts.take(name, from);
    const account = findAccount(name);
    const record = (type: string, params: Record<string, string>): void => {
      events.record(type, { from, ...(account === undefined ? {} : { actor: `account:${account.id}` }), params });
    };
    if (!attempt.allowed) {
      if (attempt.isNew) record('login-locked', { account: account?.id ?? '' });
      throw limited(attempt.retryAfterMs);
    }
    const stored = hashIn(account);
    const usable = account !== undefined && account.body['disabled'] !== true && stored !== undefined;
    const tooLong = Buffer.byteLength(password) > maxPasswordBytes;
    const isRight = await hashing.verify(tooLong ? '' : password, usable ? stored : undefined);
    if (!isRight || !usable || tooLong) {
      const reason = account === undefined ? 'unknown-account' : usable ? 'wrong-password' : 'not-usable';
      record('login-failed', { account: account?.id ?? '', reason });
      throw wrongPair();
    }
    const renewed = hashing.isOutdated(stored) ? await hashing.hash(password) : undefined;
    const opened = immediate(db, () => {
      // The account may have changed while the password was checked.
      const current = objects.find('account', account.id, { secrets: true });
      if (current === undefined || current.body['disabled'] === true || hashIn(current) !== stored) throw wrongPair();
      if (twoStep.isOn(current) && !twoStep.take(current, code, from)) {
        record('login-failed', { account: current.id, reason: 'wrong-code' });
        return undefined;
      }
      attempts.succeeded(name, from);
      if (renewed !== undefined)
        objects.update(self(current, from), 'account', current.id, { passwordHash: renewed }, { comment: 'rehash' });
      if (old !== undefined && secretPattern.test(old)) store.dropSession(sha256(old));
      store.dropEnded(clock() - absoluteMs(), clock() - idleMs());
      const session = openSession(current, from);
      record('login-succeeded', { account: current.id });
      return session;
    });
    if (opened === undefined) throw wrongPair();
    return opened;
  };

  const resume: AccountService['resume'] = (cookie, from) => {
    if (cookie === undefined || !secretPattern.test(cookie)) return undefined;
    const session = store.session(sha256(cookie));
    if (session === undefined) return undefined;
    const now = clock();
    const ended = now - session.createdAt >= absoluteMs() || now - session.usedAt >= idleMs();
    const account = ended ? undefined : objects.find('account', session.account);
    if (account === undefined || account.body['disabled'] === true) {
      store.dropSession(session.hash);
      return undefined;
    }
    if (now - session.usedAt >= minuteMs) store.touch(session.hash, now);
    const needsTwoStep = account.body['twoStep'] !== true && objects.settingFlag('accounts.require-two-step');
    return { actor: toActor(account, from, session.createdAt), session, csrf: csrfOf(session.hash), needsTwoStep };
  };

  const setPassword = (account: Obj, hash: string, from: string): void => {
    objects.update(self(account, from), 'account', account.id, { passwordHash: hash });
    store.dropSessionsOf(account.id, null);
    links.removeOf(self(account, from), account.id);
    events.record('password-changed', { actor: `account:${account.id}`, from, params: { account: account.id } });
  };

  const changePassword: AccountService['changePassword'] = async (signedIn, { current, next, again, from }) => {
    const account = objects.get('account', signedIn.actor.id, { secrets: true });
    const name = String(account.body['name'] ?? '');
    const attempt = attempts.take(name, from);
    if (!attempt.allowed) throw limited(attempt.retryAfterMs);
    const faults = passwordFaults(name, next, again, 'next');
    const stored = hashIn(account);
    if (!(await hashing.verify(current, stored))) faults['current'] = { key: 'validation.wrongPassword' };
    else attempts.succeeded(name, from);
    if (Object.keys(faults).length > 0) throw invalid(faults);
    const hash = await hashing.hash(next);
    return immediate(db, () => {
      const latest = objects.get('account', account.id, { secrets: true });
      if (hashIn(latest) !== stored) throw new AppError('CONFLICT', 'the password was changed meanwhile');
      setPassword(latest, hash, from);
      return openSession(latest, from);
    });
  };

  return {
    login,
    resume,
    logout: ({ actor, session }) => {
      if (!store.dropSession(session.hash)) return;
      events.record('logout', {
        actor: actorRef(actor),
        ...(actor.from === undefined ? {} : { from: actor.from }),
        params: { account: actor.id },
      });
    },
    isCsrfToken: (signedIn, token) => {
      // Hashing both makes the comparison independent of where they differ.
      return token !== undefined && sha256(token).equals(sha256(signedIn.csrf));
    },
    changePassword,
    sessions: (account) => store.sessionsOf(account),
    endSessions: (actor, account) => {
      requireRight(actor, 'accounts:write');
      return store.dropSessionsOf(account, null);
    },
    makeLink: links.make,
    findLink: (token) => {
      const link = links.find(token);
      return (
        link && { account: link.account.id, name: String(link.account.body['name'] ?? ''), expiresAt: link.expiresAt }
      );
    },
    useLink: async (token, { password, again, from }) => {
      const link = links.get(token);
      const faults = passwordFaults(String(link.account.body['name'] ?? ''), password, again, 'password');
      if (Object.keys(faults).length > 0) throw invalid(faults);
      const hash = await hashing.hash(password);
      return immediate(db, () => {
        // Used up by another request while the password was hashed, it is not found any more.
        const { account } = links.get(token);
        setPassword(account, hash, from);
        events.record('first-link-used', { actor: `account:${account.id}`, from, params: { account: account.id } });
        return openSession(account, from);
      });
    },
    breakGlass: (actor, name) => {
      requireRight(actor, 'all');
      return immediate(db, () => {
        repairAdministratorRole(objects, actor);
        const held = objects.findBy('account', 'name', name.trim());
        const patch = {
          disabled: false,
          roles: [administratorRole],
          twoStep: false,
          totpSecret: null,
          recoveryCodes: null,
        };
        const account =
          held === undefined
            ? objects.create(actor, 'account', { name, roles: [administratorRole] }, { comment: 'break-glass' })
            : objects.update(actor, 'account', held.id, patch, { comment: 'break-glass' });
        store.dropSessionsOf(account.id, null);
        return account;
      });
    },
    twoStep,
    ...apiTokens({ objects, events, clock, attempts }),
    trim: () => {
      attempts.trim();
      store.dropEnded(clock() - absoluteMs(), clock() - idleMs());
    },
  };
};
