import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testGate } from '../../../../test/support/persons.ts';
import { cheapPasswords } from '../../../test/support/passwords.ts';
import { loadAllDeclarations } from '../../all-declarations.ts';
import { type EventService, eventService } from '../../engine/events/service.ts';
import { type ObjectService, objectService } from '../../engine/objects/service.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { createSchema, type Database, openDatabase } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { initKeyring } from '../../platform/keyring.ts';
import { personal } from '../../platform/personal.ts';
import { wholeSite } from '../../platform/scope.ts';
import { defaultAttemptLimits } from './attempts.ts';
import type { Passwords } from './password.ts';
import { type AccountService, accountService } from './service.ts';
import { totpCode } from './totp.ts';
import { type ApprovalGate, sessionId } from './types.ts';

const from = '10.0.0.9';
const good = 'correct horse battery';
const cheap = cheapPasswords();

/** Passwords by a hash that is quick; what is slow about a real one has its own tests. */
const quick: Passwords = {
  ...cheap,
  hash: async (password) => `quick ${password}`,
  verify: async (password, stored) => stored === `quick ${password}`,
  isOutdated: () => false,
};

let dir = '';
let db: Database;
let now = 0;
let objects: ObjectService;
let events: EventService;
let accounts: AccountService;
let gate: ApprovalGate;

const codeOf = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return 'none';
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
};
const happened = (type: string): number => events.list({ scope: wholeSite('job'), type: [type], limit: 100 }).total;
const codeNow = (secret: string): string => totpCode(secret, Math.floor(now / 30_000));
const adminWithPassword = async (name = 'Айгүл') => {
  const account = objects.create(systemActor, 'account', { name, roles: ['administrator'] });
  const { token } = accounts.makeLink(systemActor, account.id);
  return { id: account.id, token, session: await accounts.useLink(token, { password: good, again: good, from }) };
};

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sallyport-accounts-'));
  now = Date.UTC(2026, 10, 24);
  const keyring = await initKeyring(dir);
  const declarations = await loadAllDeclarations();
  db = openDatabase(join(dir, 'state.db'));
  createSchema(db);
  const people = personal(db, keyring);
  events = eventService({ db, keyring, types: declarations.events, maxRows: () => 1_000_000 });
  const { kinds, settings } = declarations;
  objects = objectService({ db, personal: people, events, kinds, settings, changed: () => undefined });
  objects.create(systemActor, 'role', { name: 'Administrator', rights: ['all'] }, { id: 'administrator' });
  objects.create(systemActor, 'role', { name: 'Viewer', rights: ['devices:read', 'updates:read'] }, { id: 'viewer' });
  gate = testGate(db);
  accounts = accountService({ db, keyring, objects, events, gate, clock: () => now, passwords: quick });
});
afterEach(() => {
  db.close();
  rmSync(dir, { recursive: true });
});

describe('log-in', () => {
  it('opens a session whose cookie is not in the database', async () => {
    await adminWithPassword();
    const session = await accounts.login({ name: 'АЙГҮЛ ', password: good, from });
    expect(session.actor.rights.has('all')).toBe(true);
    const stored = db.prepare('select hex(hash) as h from session').all() as { h: string }[];
    const secret = Buffer.from(session.cookie, 'base64url').toString('hex').toUpperCase();
    expect(stored.map((row) => row.h)).not.toContain(secret);
    expect(accounts.resume(session.cookie, from)?.actor.type).toBe('account');
    expect(happened('login-succeeded')).toBe(1);
  });

  it('says the same for a wrong password, an unknown name and a disabled account, and never stores the name tried', async () => {
    const { id } = await adminWithPassword();
    const tries = [
      { name: 'Айгүл', password: 'not the password' },
      { name: 'nobody-of-this-site', password: good },
    ];
    objects.create(systemActor, 'account', { name: 'off', roles: ['viewer'], disabled: true });
    tries.push({ name: 'off', password: good });
    for (const attempt of tries)
      await expect(accounts.login({ ...attempt, from })).rejects.toThrow('wrong name or password');
    const recorded = JSON.stringify(events.list({ scope: wholeSite('job'), type: ['login-failed'], limit: 10 }).rows);
    expect(recorded).toContain(id);
    expect(recorded).not.toContain('nobody-of-this-site');
  });

  const wrong = { name: 'Айгүл', password: 'wrong wrong wrong' };
  const right = { name: 'айгүл', password: good };

  it('takes longer and longer at one place, however often it is tried meanwhile, and at no other', async () => {
    await adminWithPassword();
    for (let n = 0; n < 5; n += 1)
      expect(await codeOf(() => accounts.login({ ...wrong, from }))).toBe('UNAUTHENTICATED');
    const waits: number[] = [];
    for (let n = 0; n < 12; n += 1) {
      const refused = await accounts.login({ ...right, from }).catch((error: AppError) => error);
      expect(refused).toMatchObject({ code: 'RATE_LIMITED' });
      // Who hammers waits no longer.
      expect(await codeOf(() => accounts.login({ ...wrong, from }))).toBe('RATE_LIMITED');
      const seconds = Number((refused as AppError).details['retryAfterSeconds']);
      waits.push(seconds);
      now += seconds * 1_000;
      expect(await codeOf(() => accounts.login({ ...wrong, from }))).toBe('UNAUTHENTICATED');
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    expect(await codeOf(() => accounts.login({ ...right, from: '10.0.2.1' }))).not.toBe('RATE_LIMITED');
    now += 900_000;
    expect(await codeOf(() => accounts.login({ ...right, from }))).toBe('none');
    expect(await codeOf(() => accounts.login({ ...right, from }))).toBe('none');
  });

  describe('while a stranger tries the account from everywhere, without end', () => {
    const networks = Array.from({ length: 60 }, (_, n) => `10.1.${n}.1`);
    const attack = async (): Promise<void> => {
      for (const place of networks) await codeOf(() => accounts.login({ ...wrong, from: place }));
    };

    it('lets a browser in at once that was logged in before, from any address', async () => {
      const { session } = await adminWithPassword();
      await attack();
      for (const place of ['10.0.2.1', networks[0] ?? '']) {
        const call = { ...right, from: place, known: session.known };
        expect(await codeOf(() => accounts.login(call))).toBe('none');
      }
    });

    it('slows any other browser by five seconds, once, whatever comes meanwhile', async () => {
      await adminWithPassword();
      for (let round = 0; round < 3; round += 1) {
        const place = `10.0.2.${round}`;
        await attack();
        const refused = await accounts.login({ ...right, from: place }).catch((error: AppError) => error);
        expect(refused).toMatchObject({ code: 'RATE_LIMITED', details: { retryAfterSeconds: 5 } });
        for (let second = 0; second < 5; second += 1) {
          now += 1_000;
          await attack();
        }
        expect(await codeOf(() => accounts.login({ ...right, from: place }))).toBe('none');
      }
    });

    it.each([
      ['forged', (known: string) => known.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
      ['of another account', (_: string, other: string) => other],
      ['garbled', () => '~~..~'],
      ['empty', () => ''],
    ])('takes a cookie that is %s for none', async (_, make) => {
      const { session } = await adminWithPassword();
      const other = await adminWithPassword('other');
      await attack();
      const call = { ...right, from: '10.0.2.1', known: make(session.known, other.session.known) };
      expect(await codeOf(() => accounts.login(call))).toBe('RATE_LIMITED');
    });

    it('takes the cookie of half a year ago for none, and gives a stolen one few tries', async () => {
      const { session } = await adminWithPassword();
      for (let n = 0; n < 5; n += 1)
        await codeOf(() => accounts.login({ ...wrong, from: `10.9.${n}.1`, known: session.known }));
      const call = { ...right, from: '10.9.9.1', known: session.known };
      expect(await codeOf(() => accounts.login(call))).toBe('RATE_LIMITED');
      expect(await codeOf(() => accounts.login({ ...call, known: undefined }))).toBe('none');
      now += 181 * 86_400_000;
      await attack();
      expect(await codeOf(() => accounts.login(call))).toBe('RATE_LIMITED');
    });
  });

  it('slows an address that tries many names, by its network, and no other', async () => {
    await adminWithPassword();
    for (let n = 0; n < 30; n += 1)
      await codeOf(() => accounts.login({ name: `name-${n}`, password: 'x', from: '2001:db8:1:2::1' }));
    const sameNetwork = { name: 'Айгүл', password: good, from: '2001:db8:1:2:ffff::7' };
    expect(await codeOf(() => accounts.login(sameNetwork))).toBe('RATE_LIMITED');
    expect(await codeOf(() => accounts.login({ ...sameNetwork, from: '2001:db8:1:3::7' }))).toBe('none');
    now += 5_000;
    expect(await codeOf(() => accounts.login(sameNetwork))).toBe('none');
  });

  it('keeps a place to hash for known browsers however many strangers come', async () => {
    accounts = accountService({ db, keyring: await initKeyring(dir), objects, events, gate, passwords: cheap });
    const { session } = await adminWithPassword();
    const strangers = Array.from({ length: 60 }, (_, n) =>
      codeOf(() => accounts.login({ ...wrong, from: `10.2.${n}.1` })),
    );
    expect(await codeOf(() => accounts.login({ ...right, from, known: session.known }))).toBe('none');
    const outcomes = await Promise.all(strangers);
    expect(outcomes).toContain('RATE_LIMITED');
  });

  it('refuses the commonest passwords, however their letters are written', async () => {
    objects.setSetting(systemActor, 'accounts.password-min-length', 8);
    const account = objects.create(systemActor, 'account', { name: 'admin', roles: ['administrator'] });
    const { token } = accounts.makeLink(systemActor, account.id);
    const use = (password: string) => codeOf(() => accounts.useLink(token, { password, again: password, from }));
    for (const password of ['sunshine', 'Sunshine', 'ILOVEYOU', '1q2w3e4r', 'qwertyuiop'])
      expect([password, await use(password)]).toEqual([password, 'INVALID']);
    expect(await use('sunshine of the plant')).toBe('none');
  });

  it('keeps the table of tries bounded', async () => {
    const keyring = await initKeyring(dir);
    const limits = { ...defaultAttemptLimits, perAddress: 1_000, maxRows: 20 };
    const bounded = accountService({ db, keyring, objects, events, gate, clock: () => now, passwords: quick, limits });
    for (let n = 0; n < 40; n += 1) await codeOf(() => bounded.login({ name: `n${n}`, password: 'x', from }));
    expect((db.prepare('select count(*) as n from login_attempt').get() as { n: number }).n).toBeLessThanOrEqual(
      20 + 3,
    );
  });

  it('gives a new cookie at each log-in and ends the old session', async () => {
    const { session } = await adminWithPassword();
    const next = await accounts.login({ name: 'Айгүл', password: good, from, old: session.cookie });
    expect(next.cookie).not.toBe(session.cookie);
    expect(accounts.resume(session.cookie, from)).toBeUndefined();
  });
});

describe('two-step verification', () => {
  it('keeps recovery codes under a slow hash, and looks one up with a single one', async () => {
    let derived = 0;
    const counted: Passwords = {
      ...quick,
      findCode: (code, stored) => {
        derived += 1;
        return cheap.findCode(code, stored);
      },
    };
    const keyring = await initKeyring(dir);
    const site = accountService({ db, keyring, objects, events, gate, clock: () => now, passwords: counted });
    const { id } = await adminWithPassword();
    const { secret } = site.twoStep.begin(id, from);
    const { codes } = await site.twoStep.confirm(id, codeNow(secret), from);
    const stored = JSON.parse(String(objects.get('account', id, { secrets: true }).body['recoveryCodes'])) as string[];
    expect(stored).toHaveLength(10);
    for (const hash of stored) expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const enter = (password: string, code: string) => codeOf(() => site.login({ name: 'Айгүл', password, code, from }));
    expect(await enter(good, codes[7] ?? '')).toBe('none');
    expect(derived).toBe(1);
    // Nothing is hashed for a code that can be none, nor before the password is right.
    for (const [password, code] of [
      [good, '123456'],
      [good, 'no code at all'],
      ['wrong wrong wrong', codes[8] ?? ''],
    ] as const)
      expect(await enter(password, code)).toBe('UNAUTHENTICATED');
    expect(derived).toBe(1);
  });

  const login = (code?: string) => accounts.login({ name: 'Айгүл', password: good, code, from });

  it('asks for a code that counts once, says the same for a wrong one, and takes a recovery code', async () => {
    const { id } = await adminWithPassword();
    const { secret } = accounts.twoStep.begin(id, from);
    await login();
    expect(await codeOf(() => accounts.twoStep.confirm(id, '000000', from))).toBe('INVALID');
    const { codes } = await accounts.twoStep.confirm(id, codeNow(secret), from);
    await expect(login()).rejects.toThrow('wrong name or password');
    await expect(login(codeNow(secret))).rejects.toThrow('wrong name or password');
    now += 30_000;
    await login(codeNow(secret));
    await expect(login(codeNow(secret))).rejects.toThrow('wrong name or password');
    await login(codes[0]);
    await expect(login(codes[0])).rejects.toThrow('wrong name or password');
    expect(accounts.twoStep.codesLeft(id)).toBe(9);
    // The same refusal at the same place is told once; its number follows.
    expect(happened('login-failed')).toBe(1);
    accounts.refusals.flush(true);
    const [counted] = events.list({ scope: wholeSite('job'), type: ['login-failed'], limit: 1 }).rows;
    expect(counted?.params).toMatchObject({ reason: 'wrong-code', count: 3 });
    expect(happened('second-factor-enabled')).toBe(1);
  });

  it('is off again when it is switched off, and after break-glass', async () => {
    const { id } = await adminWithPassword();
    for (const off of [
      () => accounts.twoStep.disable(id, from),
      () => void accounts.breakGlass(systemActor, 'Айгүл'),
    ]) {
      now += 60_000;
      const { secret } = accounts.twoStep.begin(id, from);
      await accounts.twoStep.confirm(id, codeNow(secret), from);
      expect(await codeOf(() => login())).toBe('UNAUTHENTICATED');
      now += 60_000;
      off();
      expect(await codeOf(() => login())).toBe('none');
    }
  });

  it('can be what the site asks of everybody', async () => {
    const { id, session } = await adminWithPassword();
    expect(accounts.resume(session.cookie, from)?.needsTwoStep).toBe(false);
    objects.setSetting(systemActor, 'accounts.require-two-step', true);
    expect(accounts.resume(session.cookie, from)?.needsTwoStep).toBe(true);
    const { secret } = accounts.twoStep.begin(id, from);
    await accounts.twoStep.confirm(id, codeNow(secret), from);
    expect(accounts.resume(session.cookie, from)?.needsTwoStep).toBe(false);
  });
});

describe('whoever made, promoted or reset an account alone', () => {
  it('stands behind it until its owner was told and came back after the days, each time with two factors', async () => {
    const maker = await adminWithPassword('maker');
    const own = await adminWithPassword('own');
    const behind = (): boolean =>
      [...gate.personsBehind({ type: 'account', id: maker.id })].every((person) =>
        gate.personsBehind({ type: 'account', id: own.id }).has(person),
      );
    expect(behind()).toBe(false);
    accounts.touch(maker.session.actor, own.id);
    expect(behind()).toBe(true);
    const enter = (code?: string) => accounts.login({ name: 'own', password: good, from, ...(code && { code }) });
    // Days alone end nothing, nor do log-ins with a password only.
    now += 30 * 86_400_000;
    expect((await enter()).told).toEqual([]);
    expect(behind()).toBe(true);
    const { secret } = accounts.twoStep.begin(own.id, from);
    const { codes } = await accounts.twoStep.confirm(own.id, codeNow(secret), from);
    accounts.touch(maker.session.actor, own.id);
    expect((await enter(codes[0])).told).toHaveLength(1);
    expect(behind()).toBe(true);
    now += 6 * 86_400_000;
    expect((await enter(codes[1])).told).toEqual([]);
    expect(behind()).toBe(true);
    now += 86_400_000;
    await enter(codes[2]);
    expect(behind()).toBe(false);
  });
});

describe('session', () => {
  it('is ended by its owner and by an administrator, one or all, and by nobody else', async () => {
    const { id, session } = await adminWithPassword();
    const other = objects.create(systemActor, 'account', { name: 'night', roles: ['viewer'] });
    const { token } = accounts.makeLink(systemActor, other.id);
    const night = await accounts.useLink(token, { password: good, again: good, from });
    const again = await accounts.login({ name: 'night', password: good, from, known: night.known });
    const [one] = accounts.sessions.list(id);
    if (one === undefined) throw new Error('no session');
    expect(await codeOf(() => accounts.sessions.end(night.actor, sessionId(one)))).toBe('NOT_FOUND');
    expect(await codeOf(() => accounts.sessions.endAll(night.actor, id))).toBe('FORBIDDEN');
    expect(accounts.resume(session.cookie, from)).toBeDefined();
    expect(accounts.sessions.endAll(night.actor, other.id, accounts.resume(again.cookie, from)?.session)).toBe(1);
    expect(accounts.resume(night.cookie, from)).toBeUndefined();
    expect(accounts.resume(again.cookie, from)).toBeDefined();
    const [left] = accounts.sessions.list(other.id);
    accounts.sessions.end(session.actor, sessionId(left ?? one));
    expect(accounts.resume(again.cookie, from)).toBeUndefined();
    expect(happened('sessions-ended')).toBe(2);
  });

  it('ends when idle, and by age however busy', async () => {
    const { session } = await adminWithPassword();
    now += 29 * 60_000;
    expect(accounts.resume(session.cookie, from)).toBeDefined();
    now += 31 * 60_000;
    expect(accounts.resume(session.cookie, from)).toBeUndefined();
    const busy = await accounts.login({ name: 'Айгүл', password: good, from });
    for (let n = 0; n < 12 * 3 - 1; n += 1) {
      now += 20 * 60_000;
      expect(accounts.resume(busy.cookie, from)).toBeDefined();
    }
    now += 20 * 60_000;
    expect(accounts.resume(busy.cookie, from)).toBeUndefined();
  });

  it('ends with the account, and loses rights with the role at once', async () => {
    await adminWithPassword();
    const role = objects.create(systemActor, 'role', { name: 'Night', rights: ['devices:read'] });
    const account = objects.create(systemActor, 'account', { name: 'night', roles: [role.id] });
    const { token } = accounts.makeLink(systemActor, account.id);
    const session = await accounts.useLink(token, { password: good, again: good, from });
    expect([...(accounts.resume(session.cookie, from)?.actor.rights ?? [])]).toEqual(['devices:read']);
    objects.update(systemActor, 'role', role.id, { rights: ['events:read'] });
    expect([...(accounts.resume(session.cookie, from)?.actor.rights ?? [])]).toEqual(['events:read']);
    // None of the calls makes one that is limited to groups.
    db.prepare(`update object set body = json_set(body, '$.groups', json('["one-group"]')) where id = ?`).run(role.id);
    expect(accounts.resume(session.cookie, from)?.actor.rights.size).toBe(0);
    objects.update(systemActor, 'account', account.id, { disabled: true });
    expect(accounts.resume(session.cookie, from)).toBeUndefined();
  });

  it('has a token of its own against forged forms', async () => {
    const { session } = await adminWithPassword();
    const other = await accounts.login({ name: 'Айгүл', password: good, from });
    const one = accounts.resume(session.cookie, from);
    const two = accounts.resume(other.cookie, from);
    if (one === undefined || two === undefined) throw new Error('no session');
    expect(accounts.isCsrfToken(one, one.csrf)).toBe(true);
    expect(accounts.isCsrfToken(one, two.csrf)).toBe(false);
    expect(accounts.isCsrfToken(one, '')).toBe(false);
    expect(accounts.isCsrfToken(one, undefined)).toBe(false);
  });

  it('all end when the password changes, but for the new one', async () => {
    const { session } = await adminWithPassword();
    await accounts.login({ name: 'Айгүл', password: good, from });
    const signedIn = accounts.resume(session.cookie, from);
    if (signedIn === undefined) throw new Error('no session');
    const wrong = { current: 'wrong wrong wrong', next: 'short', again: 'other', from };
    const error = await accounts.changePassword(signedIn, wrong).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AppError);
    expect(Object.keys((error as AppError).details.fields ?? {}).sort()).toEqual(['again', 'current', 'next']);
    const next = 'another long sentence';
    const renewed = await accounts.changePassword(signedIn, { current: good, next, again: next, from });
    expect(accounts.resume(session.cookie, from)).toBeUndefined();
    expect(accounts.resume(renewed.cookie, from)).toBeDefined();
    expect(accounts.sessions.list(renewed.actor.id)).toHaveLength(1);
  });
});

describe('one-time link', () => {
  it('sets a password once and not again', async () => {
    const { token } = await adminWithPassword();
    expect(accounts.findLink(token)).toBeUndefined();
    expect(await codeOf(() => accounts.useLink(token, { password: good, again: good, from }))).toBe('NOT_FOUND');
    expect(happened('first-link-used')).toBe(1);
  });

  it('is over after a day, when a newer one is made, and when garbled', async () => {
    const account = objects.create(systemActor, 'account', { name: 'admin', roles: ['administrator'] });
    const first = accounts.makeLink(systemActor, account.id);
    const second = accounts.makeLink(systemActor, account.id);
    expect(accounts.findLink(first.token)).toBeUndefined();
    expect(accounts.findLink(second.token)?.name).toBe('admin');
    expect(accounts.findLink(`${second.token}x`)).toBeUndefined();
    now += 24 * 3_600_000;
    expect(accounts.findLink(second.token)).toBeUndefined();
  });

  it('refuses a weak password with every reason at once, and stays usable', async () => {
    const account = objects.create(systemActor, 'account', { name: 'admin', roles: ['administrator'] });
    const { token } = accounts.makeLink(systemActor, account.id);
    for (const password of ['short', 'aaaaaaaaaaaaaaaa', 'the admin is here', '123412341234', 'passwordpassword'])
      expect(await codeOf(() => accounts.useLink(token, { password, again: password, from }))).toBe('INVALID');
    expect(accounts.findLink(token)).toBeDefined();
  });
});

describe('break-glass', () => {
  it('makes an administrator again of whoever lost everything', async () => {
    const { id, session } = await adminWithPassword();
    objects.update(systemActor, 'account', id, { disabled: true, roles: ['viewer'] });
    objects.update(systemActor, 'role', 'administrator', { rights: ['events:read'] });
    const account = accounts.breakGlass(systemActor, 'Айгүл');
    expect(account.id).toBe(id);
    expect(accounts.resume(session.cookie, from)).toBeUndefined();
    const again = await accounts.login({ name: 'Айгүл', password: good, from });
    expect(again.actor.rights.has('all')).toBe(true);
  });
});

describe('API token', () => {
  it('acts for its account, limited further and never widened', async () => {
    await adminWithPassword();
    const viewer = objects.create(systemActor, 'account', { name: 'viewer', roles: ['viewer'] });
    const make = (rights?: ('all' | 'devices:read' | 'devices:write')[]) =>
      accounts.createApiToken(systemActor, { name: 't', account: viewer.id, ...(rights && { rights }) }).secret;
    expect(accounts.authenticateToken(make(['devices:read']), from).rights).toEqual(new Set(['devices:read']));
    expect(accounts.authenticateToken(make(['devices:write']), from).rights).toEqual(new Set(['devices:read']));
    expect(accounts.authenticateToken(make(['all']), from).rights.has('all')).toBe(false);
    expect(accounts.authenticateToken(make(), from).rights.has('updates:read')).toBe(true);
  });

  it('is refused when unknown, foreign, expired, disabled or orphaned, with one code', async () => {
    const { id } = await adminWithPassword();
    const one = accounts.createApiToken(systemActor, { name: 't', account: id });
    objects.update(systemActor, 'token', one.id, { disabled: true });
    const old = accounts.createApiToken(systemActor, { name: 't', account: id, expiresAt: '2026-11-25T00:00:00Z' });
    now += 2 * 86_400_000;
    const secrets = [undefined, 'x', `sallyport-api-${'A'.repeat(43)}`, one.secret, old.secret];
    for (const secret of secrets) expect(await codeOf(() => accounts.authenticateToken(secret, from))).toBe('TOKEN');
    accounts.refusals.flush(true);
    const told = events.list({ scope: wholeSite('job'), type: ['token-refused'], limit: 100 }).rows;
    expect(told.reduce((sum, { params }) => sum + Number(params['count']), 0)).toBe(secrets.length);
  });
});
