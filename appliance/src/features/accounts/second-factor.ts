import type { EventService } from '../../engine/events/service.ts';
import type { ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import type { Actor, Body, Right } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import type { Passwords } from './password.ts';
import type { AccountStore } from './store.ts';
import { matchTotp, newRecoveryCodes, newTotpSecret, recoveryCode } from './totp.ts';

/** A code as it was given, and the hash of the recovery code that it is, if it is one. */
type GivenCode = { code: string; recovery: string | undefined };

export type SecondFactor = {
  isOn(account: ObjectOf<'account'>): boolean;
  /** Looks a code up, outside of any transaction: a recovery code takes a slow hash, once. */
  look(account: ObjectOf<'account'>, code: string): Promise<GivenCode>;
  /** Takes the code of an account read with its secrets; false for a wrong or used one. In the caller's transaction. */
  take(account: ObjectOf<'account'>, given: GivenCode, from: string): boolean;
  /** A new secret, which counts once it is confirmed. */
  begin(account: string, from: string): { secret: string };
  /** The secret that waits for its first code. */
  pending(account: string): string | undefined;
  /** INVALID for a wrong code; otherwise it is on, and these codes are shown once. */
  confirm(account: string, code: string, from: string): Promise<{ codes: string[] }>;
  disable(account: string, from: string): void;
  codesLeft(account: string): number;
};

const texts = (json: unknown): string[] => {
  const parsed: unknown = typeof json === 'string' && json !== '' ? JSON.parse(json) : [];
  return Array.isArray(parsed) ? parsed.filter((entry): entry is string => typeof entry === 'string') : [];
};

const secretOf = (account: ObjectOf<'account'>): string => {
  const secret = account.body['totpSecret'];
  return typeof secret === 'string' ? secret : '';
};

/** Two-step verification of accounts. */
export const secondFactor = (parts: {
  db: Database;
  store: AccountStore;
  objects: ObjectService;
  events: EventService;
  clock: () => number;
  hashing: Passwords;
}): SecondFactor => {
  const { db, store, objects, events, clock, hashing } = parts;

  // A person's own second factor needs no right over accounts; nothing else is written with this actor.
  const write = (account: string, from: string, patch: Body, comment: string): void => {
    const actor: Actor = { type: 'account', id: account, label: '', from, rights: new Set<Right>(['accounts:write']) };
    objects.update(actor, 'account', account, patch, { comment });
  };
  const read = (id: string): ObjectOf<'account'> => objects.get('account', id, { secrets: true });
  const isOn = (account: ObjectOf<'account'>): boolean => account.body['twoStep'] === true && secretOf(account) !== '';

  return {
    isOn,
    look: async (account, code) => {
      const plain = isOn(account) ? recoveryCode(code) : undefined;
      const stored = texts(account.body['recoveryCodes']);
      return { code, recovery: plain === undefined ? undefined : await hashing.findCode(plain, stored) };
    },
    take: (account, { code, recovery }, from) => {
      const step = matchTotp(secretOf(account), code, clock(), store.lastStep(account.id));
      if (step !== undefined) {
        store.setLastStep(account.id, step);
        return true;
      }
      // Used by another request meanwhile, it is not found any more.
      const held = texts(account.body['recoveryCodes']);
      if (recovery === undefined || !held.includes(recovery)) return false;
      const left = held.filter((hash) => hash !== recovery);
      write(account.id, from, { recoveryCodes: JSON.stringify(left) }, 'recovery code used');
      return true;
    },
    begin: (id, from) => {
      if (isOn(read(id))) throw new AppError('CONFLICT', 'two-step verification is on already');
      const secret = newTotpSecret();
      write(id, from, { totpSecret: secret, twoStep: false }, 'two-step verification begun');
      return { secret };
    },
    pending: (id) => {
      const account = read(id);
      return isOn(account) || secretOf(account) === '' ? undefined : secretOf(account);
    },
    confirm: async (id, code, from) => {
      const stepOf = (account: ObjectOf<'account'>): number => {
        const step = matchTotp(secretOf(account), code, clock(), store.lastStep(id));
        if (isOn(account) || step === undefined) throw invalid({ code: { key: 'validation.code' } });
        return step;
      };
      stepOf(read(id));
      const codes = newRecoveryCodes();
      const hashes = await hashing.hashCodes(codes.map((text) => recoveryCode(text) ?? ''));
      return immediate(db, () => {
        store.setLastStep(id, stepOf(read(id)));
        write(id, from, { twoStep: true, recoveryCodes: JSON.stringify(hashes) }, 'two-step verification on');
        events.record('second-factor-enabled', { actor: `account:${id}`, from, params: { account: id } });
        return { codes };
      });
    },
    disable: (id, from) =>
      immediate(db, () => {
        if (secretOf(read(id)) === '') return;
        const wasOn = isOn(read(id));
        write(id, from, { twoStep: false, totpSecret: null, recoveryCodes: null }, 'two-step verification off');
        if (wasOn) events.record('second-factor-disabled', { actor: `account:${id}`, from, params: { account: id } });
      }),
    codesLeft: (id) => texts(read(id).body['recoveryCodes']).length,
  };
};
