import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { EventService } from '../../engine/events/service.ts';
import type { FurtherRule, ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef, byWhom, type Right, requireRight, type WriteGuard } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError, type FieldErrors, invalid } from '../../platform/errors.ts';
import type { Keyring } from '../../platform/keyring.ts';
import { networkOf } from '../../platform/network.ts';
import { wholeSite } from '../../platform/scope.ts';
import { agreedKind } from './agreed-kind.ts';
import { apiTokens } from './api-tokens.ts';
import { type AttemptLimits, loginAttempts } from './attempts.ts';
import { coreOf } from './guessable.ts';
import { knownBrowsers } from './known-browser.ts';
import { oneTimeLinks } from './links.ts';
import { moveGuard } from './move-guard.ts';
import type { Passwords } from './password.ts';
import { type Refusals, refusals } from './refusals.ts';
import { administratorRole, heldBy, repairAdministratorRole, roleRule } from './rights.ts';
import { type SafetySettings, safetySettings } from './safety-settings.ts';
import { type SecondFactor, secondFactor } from './second-factor.ts';
import { type SessionService, sessionService } from './sessions.ts';
import { accountStore } from './store.ts';
import { type TokenGuard, tokenGuard } from './token-guard.ts';
import { type AccountTouches, accountTouches } from './touch-store.ts';
import {
  type ApprovalGate,
  assertFresh,
  type LinkPurpose,
  type MakeAgreements,
  type NewSession,
  type SignedIn,
} from './types.ts';
import { type WaitingChanges, waitingChanges } from './waiting-change.ts';

/** Longer ones are not hashed, whatever they are. */
const maxPasswordBytes = 1_024;

/** One of the commonest passwords, however its letters are written, or repeats and runs alone. The list is loaded when it is first asked. */
async function isCommon(password: string): Promise<boolean> {
  const core = coreOf(password);
  if (core === undefined) return true;
  const { commonPasswords } = await import('./common-passwords.generated.ts');
  const common = commonPasswords.split(' ');
  return common.includes(password.normalize('NFKC').trim().toLowerCase()) || common.includes(core);
}

/** What is wrong with a new password of an account; `field` is the name of its field on the form. */
async function passwordFaults(call: {
  name: string;
  password: string;
  again: string;
  field: string;
  minLength: number;
}): Promise<FieldErrors> {
  const { name, password, again, field, minLength: min } = call;
  const faults: FieldErrors = {};
  const isGuessable = async (): Promise<boolean> =>
    new Set(password).size < 4 ||
    (name.length > 3 && password.toLowerCase().includes(name.toLowerCase())) ||
    (await isCommon(password));
  if (password === '') faults[field] = { key: 'validation.required' };
  else if (Array.from(password).length < min) faults[field] = { key: 'validation.tooShort', params: { min } };
  else if (Buffer.byteLength(password) > maxPasswordBytes)
    faults[field] = { key: 'validation.tooLong', params: { max: maxPasswordBytes } };
  else if (await isGuessable()) faults[field] = { key: 'validation.weakPassword' };
  if (password !== again) faults['again'] = { key: 'validation.notSame' };
  return faults;
}

/** Where a person is: the address, and what the browser keeps of earlier log-ins. */
type Place = { from: string; known?: string | undefined };

const maxAccounts = 10_000;

export type AccountService = {
  /** UNAUTHENTICATED for any wrong pair, RATE_LIMITED for a try that comes too early. `old` ends the session before. */
  login(
    call: Place & {
      name: string;
      password: string;
      /** One-time password or recovery code, where the account has two steps. */
      code?: string | undefined;
      old?: string | undefined;
    },
  ): Promise<NewSession>;
  resume: SessionService['resume'];
  /** How long the appliance has run since a session was opened, in ms. */
  sessionRan: (signedIn: SignedIn) => number;
  logout: SessionService['logout'];
  isCsrfToken: SessionService['isCsrfToken'];
  /** The person of a session gives password and code again; as `login` for a wrong one. */
  reauthenticate(signedIn: SignedIn, call: Place & { password: string; code?: string | undefined }): Promise<void>;
  changePassword(
    signedIn: SignedIn,
    call: Place & { current: string; next: string; again: string },
  ): Promise<NewSession>;
  twoStep: SecondFactor;
  /** An account as what it may do now, without a session. */
  personOf(account: ObjectOf<'account'>): Actor;
  /** The account with a name; NOT_FOUND. */
  named(name: string): ObjectOf<'account'>;
  sessions: Pick<SessionService, 'list' | 'end' | 'endAll' | 'viewAs'>;
  /** A link that sets a password once. The token is shown once and only its hash is kept. */
  makeLink(actor: Actor, account: string, options?: { waives?: boolean }): { token: string; expiresAt: number };
  /** Throws unless the person gave password and code a short while ago. */
  assertFresh(actor: Actor): void;
  /** Making, promoting, resetting, where a second person is waited for. */
  changes: WaitingChanges;
  /** Every change of a setting by a person or a token. */
  safety: SafetySettings;
  releasing: TokenGuard['releasing'];
  /** Asked before a write of these kinds. */
  guards: Readonly<Record<string, WriteGuard>>;
  /** The gate, and kinds that are in force once another person agreed. */
  approvals: { readonly gate: ApprovalGate; readonly agreements: MakeAgreements };
  /** What is wrong with a body of a kind, beside what its declaration says. */
  bodyRules: Readonly<Record<string, FurtherRule>>;
  /** All writes of `work` or none. */
  transact<T>(work: () => T): T;
  /** Who stands behind an account because they made, promoted or reset it alone. */
  touches: Pick<AccountTouches, 'of'>;
  /** This person alone made, promoted or reset the account. */
  touch(actor: Actor, account: string): void;
  /** A third person says that the account is who it says. */
  vouch(actor: Actor, account: string): void;
  /** What a link is for; undefined when it is unknown, used or too old. */
  findLink(token: string): LinkPurpose | undefined;
  /** Sets the password; with two steps the code is asked for, as at a log-in. */
  useLink(
    token: string,
    call: Place & { password: string; again: string; code?: string | undefined },
  ): Promise<NewSession>;
  /** Enables an account, makes it an administrator, ends its sessions. For the appliance's own console only. */
  breakGlass(actor: Actor, name: string): ObjectOf<'account'>;
  /** A person has signed in at some time, with whatever account. */
  everSignedIn(): boolean;
  createApiToken(
    actor: Actor,
    token: { name: string; account: string; rights?: readonly string[]; expiresAt?: string },
  ): { id: string; secret: string };
  /** The actor of a bearer token; TOKEN for any that is wrong. */
  authenticateToken(secret: string | undefined, from: string): Actor;
  /** Refusals of any entry point, rate-limited on their way into the journal. */
  refusals: Refusals;
  trim(): void;
};

type AccountParts = {
  db: Database;
  keyring: Keyring;
  objects: ObjectService;
  events: EventService;
  gate: ApprovalGate;
  clock?: () => number;
  /** By it sessions end. */
  ran?: () => number;
  /** The computer's own clock, as the devices with the second factors have it. */
  wall?: () => number;
  passwords: Passwords;
  limits?: AttemptLimits;
};

const wrongPair = (): AppError => new AppError('UNAUTHENTICATED', 'wrong name or password');

/** Log-in, sessions, links and tokens. */
export const accountService = (parts: AccountParts): AccountService => {
  const { db, keyring, objects, events, gate } = parts;
  const clock = parts.clock ?? nowMs;
  const ran = parts.ran ?? clock;
  const hashing = parts.passwords;
  const store = accountStore(db);
  const attempts = loginAttempts({
    db,
    store,
    keyring,
    clock,
    ...defined({ limits: parts.limits }),
  });
  const browsers = knownBrowsers({ keyring, clock });
  const journal = refusals({ events, clock });
  const sessions = sessionService({ store, keyring, objects, events, browsers, clock, ran });
  const twoStep = secondFactor({ db, store, objects, events, clock: parts.wall ?? clock, hashing });
  const links = oneTimeLinks({ db, objects, events, clock });
  const touches = accountTouches(db);
  const changes = waitingChanges({ objects, events, gate, clock });
  const safety = safetySettings({ objects, events, gate, changes, clock, transact: (work) => immediate(db, work) });
  const tokens = tokenGuard();
  const touch = (actor: Actor, id: string): void => {
    const isNew = hashIn(objects.find('account', id, { secrets: true })) === undefined;
    touches.touch(id, gate.personsBehind(actor), clock(), isNew);
  };
  const vouchMs = (): number => objects.setting('accounts.vouch-days') * 86_400_000;

  const nameOf = (account: ObjectOf<'account'>): string => String(account.body['name'] ?? '');

  const faultsOf = (
    account: ObjectOf<'account'>,
    password: string,
    again: string,
    field: string,
  ): Promise<FieldErrors> =>
    passwordFaults({
      name: nameOf(account),
      password,
      again,
      field,
      minLength: objects.setting('accounts.password-min-length'),
    });

  const findAccount = (name: string): ObjectOf<'account'> | undefined => {
    const trimmed = name.trim();
    if (trimmed === '' || trimmed.length > 100) return undefined;
    return objects.findBy('account', 'name', trimmed, { secrets: true });
  };

  const hashIn = (account: ObjectOf<'account'> | undefined): string | undefined => {
    const hash = account?.body['passwordHash'];
    return typeof hash === 'string' && hash !== '' ? hash : undefined;
  };

  const self = (account: ObjectOf<'account'>, from: string): Actor => ({
    type: 'account',
    id: account.id,
    label: '',
    from,
    // Setting one's own password needs no right over accounts; nothing else is written with this actor.
    rights: new Set<Right>(['accounts:write']),
  });

  const failed = (account: ObjectOf<'account'> | undefined, from: string, reason: string): void =>
    journal.note({
      type: 'login-failed',
      from,
      actor: account === undefined ? undefined : `account:${account.id}`,
      params: { account: account?.id ?? '', reason },
    });

  /** The try of an account at a place; RATE_LIMITED before anything is hashed. */
  const begin = (name: string, account: ObjectOf<'account'> | undefined, { from, known }: Place) => {
    const attempt = { name, from, browser: browsers.of(known, account?.id) };
    const outcome = attempts.take(attempt);
    if (!outcome.allowed) {
      failed(account, from, 'too-soon');
      throw new AppError('RATE_LIMITED', 'a try at this place comes too early', {
        retryAfterSeconds: Math.ceil(outcome.retryAfterMs / 1_000),
      });
    }
    return attempt;
  };

  /**
   * Password and code of an account, at one try. `accept` writes what follows, in the transaction that takes the code.
   * UNAUTHENTICATED in the same time and words for whatever is wrong.
   */
  const prove = async <T>(
    call: Place & { name: string; password: string; code: string },
    account: ObjectOf<'account'> | undefined,
    accept: (account: ObjectOf<'account'>) => T,
  ): Promise<T> => {
    const { name, from, password } = call;
    const attempt = begin(name, account, call);
    const stored = hashIn(account);
    const usable = account !== undefined && account.body['disabled'] !== true && stored !== undefined;
    const tooLong = Buffer.byteLength(password) > maxPasswordBytes;
    const isRight = await hashing.verify(
      tooLong ? '' : password,
      usable ? stored : undefined,
      attempt.browser === undefined ? { network: networkOf(from) } : undefined,
    );
    if (!isRight || !usable || tooLong) {
      failed(account, from, account === undefined ? 'unknown-account' : usable ? 'wrong-password' : 'not-usable');
      throw wrongPair();
    }
    const renewed = hashing.isOutdated(stored) ? await hashing.hash(password) : undefined;
    const given = await twoStep.look(account, call.code);
    const outcome = immediate(db, () => {
      // The account may have changed while the password was checked.
      const current = objects.find('account', account.id, { secrets: true });
      if (current === undefined || current.body['disabled'] === true || hashIn(current) !== stored) throw wrongPair();
      if (twoStep.isOn(current) && !twoStep.take(current, given, from)) return undefined;
      attempts.succeeded(attempt);
      if (renewed !== undefined)
        objects.update(self(current, from), 'account', current.id, { passwordHash: renewed }, { comment: 'rehash' });
      return { value: accept(current) };
    });
    if (outcome !== undefined) return outcome.value;
    failed(account, from, 'wrong-code');
    throw wrongPair();
  };

  const login: AccountService['login'] = async ({ name, password, code = '', old, from, known }) =>
    prove({ name, password, code, from, known }, findAccount(name), (account) => {
      sessions.drop(old);
      sessions.dropEnded();
      const way = twoStep.isOn(account) ? 'two-step' : 'password';
      events.record('login-succeeded', { from, actor: `account:${account.id}`, params: { account: account.id } });
      const told = way === 'two-step' ? touches.signedIn(account.id, clock(), vouchMs()) : [];
      return { ...sessions.open(account, { from, way, known }), told };
    });

  const reauthenticate: AccountService['reauthenticate'] = async (signedIn, { password, code = '', from, known }) => {
    const account = objects.get('account', signedIn.actor.id, { secrets: true });
    await prove({ name: nameOf(account), password, code, from, known }, account, () =>
      store.authenticateSession(signedIn.session.hash, clock(), ran()),
    );
  };

  const setPassword = (account: ObjectOf<'account'>, hash: string, from: string): void => {
    objects.update(self(account, from), 'account', account.id, { passwordHash: hash });
    store.dropSessionsOf(account.id, null);
    links.removeOf(self(account, from), account.id);
    events.record('password-changed', { actor: `account:${account.id}`, from, params: { account: account.id } });
  };

  /** What was made before a reset may be in the hands that it was made against. */
  const endTokens = (account: ObjectOf<'account'>, from: string): void => {
    for (const { id, body } of objects.list({
      kind: 'token',
      where: { purpose: 'api', account: account.id },
      limit: 1_000,
    }).rows)
      if (body['disabled'] !== true) objects.update(self(account, from), 'token', id, { disabled: true });
  };

  const changePassword: AccountService['changePassword'] = async (signedIn, call) => {
    const { current, next, again, from, known } = call;
    const account = objects.get('account', signedIn.actor.id, { secrets: true });
    const attempt = begin(nameOf(account), account, call);
    const faults = await faultsOf(account, next, again, 'next');
    const stored = hashIn(account);
    if (!(await hashing.verify(current, stored))) faults['current'] = { key: 'validation.wrongPassword' };
    else attempts.succeeded(attempt);
    if (Object.keys(faults).length > 0) throw invalid(faults);
    const hash = await hashing.hash(next);
    return immediate(db, () => {
      const latest = objects.get('account', account.id, { secrets: true });
      if (hashIn(latest) !== stored) throw new AppError('CONFLICT', 'the password was changed meanwhile');
      setPassword(latest, hash, from);
      return sessions.open(latest, { from, known, way: signedIn.session.way });
    });
  };

  const useLink: AccountService['useLink'] = async (token, call) => {
    const { password, again, code = '', from, known } = call;
    const { account: id } = links.get(token);
    const account = objects.get('account', id.id, { secrets: true });
    const { waives } = links.get(token);
    const faults = await faultsOf(account, password, again, 'password');
    if (Object.keys(faults).length > 0) throw invalid(faults);
    const asksCode = twoStep.isOn(account) && !waives;
    const attempt = asksCode ? begin(nameOf(account), account, call) : undefined;
    const given = await twoStep.look(account, code);
    const hash = await hashing.hash(password);
    const opened = immediate(db, () => {
      // Used up by another request while the password was hashed, it is not found any more.
      const current = objects.get('account', links.get(token).account.id, { secrets: true });
      if (twoStep.isOn(current) && !twoStep.take(current, given, from)) {
        if (!waives) return undefined;
        twoStep.disable(current.id, from);
      }
      if (attempt !== undefined) attempts.succeeded(attempt);
      setPassword(current, hash, from);
      endTokens(current, from);
      events.record('first-link-used', { actor: `account:${current.id}`, from, params: { account: current.id } });
      return sessions.open(current, { from, known, way: 'link' });
    });
    if (opened !== undefined) return opened;
    failed(account, from, 'wrong-code');
    throw invalid({ code: { key: 'validation.code' } });
  };

  return {
    login,
    resume: sessions.resume,
    sessionRan: ({ session }) => ran() - session.createdRan,
    logout: sessions.logout,
    isCsrfToken: sessions.isCsrfToken,
    reauthenticate,
    changePassword,
    personOf: (account) => ({ type: 'account', id: account.id, label: '', ...heldBy(objects, account) }),
    named: (name) => {
      const account = objects.findBy('account', 'name', name.trim());
      if (account === undefined) throw new AppError('NOT_FOUND', `there is no account ${name}`);
      return account;
    },
    sessions,
    makeLink: (actor, id, options) =>
      immediate(db, () => {
        const made = links.make(actor, id, options);
        // The one who gets the link first can act as the account.
        touch(actor, id);
        return made;
      }),
    approvals: { gate, agreements: (kind) => agreedKind({ db, objects, gate }, kind) },
    assertFresh: (actor) => assertFresh(actor, clock()),
    changes,
    safety,
    releasing: tokens.releasing,
    guards: {
      setting: safety.guard,
      token: tokens.guard,
      group: moveGuard(objects, 'group'),
      'controller-zone': moveGuard(objects, 'controller-zone'),
    },
    bodyRules: { role: roleRule(objects) },
    transact: (work) => immediate(db, work),
    touches,
    touch,
    vouch: (actor, id) =>
      immediate(db, () => {
        const account = objects.get('account', id);
        // Its own person and all who touched it are no third person.
        gate.assertMayApprove(actor, {
          act: 'account-vouch',
          authors: [gate.personsBehind({ type: 'account', id: account.id })],
        });
        touches.clear(account.id);
        events.record('account-vouched', {
          ...byWhom(actor),
          params: { account: account.id },
        });
      }),
    findLink: (token) => {
      const link = links.find(token);
      if (link === undefined) return undefined;
      const account = objects.get('account', link.account.id, { secrets: true });
      return {
        account: account.id,
        name: nameOf(account),
        expiresAt: link.expiresAt,
        asksCode: twoStep.isOn(account) && !link.waives,
      };
    },
    useLink,
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
        events.record('account-reset-at-console', { actor: actorRef(actor), params: { account: account.id } });
        return account;
      });
    },
    everSignedIn: () =>
      objects
        .list({ kind: 'account', limit: maxAccounts })
        .rows.some(({ id }) => hashIn(objects.find('account', id, { secrets: true })) !== undefined) ||
      events.list({ scope: wholeSite('job'), type: ['first-link-used', 'login-succeeded'], limit: 1 }).rows.length > 0,
    twoStep,
    ...apiTokens({ objects, clock, refusals: journal }),
    refusals: journal,
    trim: () => {
      attempts.trim();
      sessions.dropEnded();
    },
  };
};
