import { nowMs, randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { EventService } from '../../engine/events/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef, byWhom, requireDecider, requireRight, systemActor } from '../../engine/objects/types.ts';
import { type Database, immediate, immediateWithin } from '../../platform/database.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import type { Keyring } from '../../platform/keyring.ts';
import type { Personal } from '../../platform/personal.ts';
import type { AccountService } from '../accounts/service.ts';
import { type Approvable, type ApprovalGate, assertFresh, type Hindrance } from '../accounts/types.ts';
import type { DeploymentService } from '../deployments/service.ts';
import type { DeviceService } from '../devices/service.ts';
import type { LostCertificates } from '../devices/types.ts';
import type { PersonService } from '../erasure/service.ts';
import { objectDigests } from './compare.ts';
import {
  addToWitness,
  dropUnfinishedWitness,
  emptyWitness,
  hasUnfinishedWitness,
  isBeside,
  missingIds,
  openWitness,
  packIds,
  readHead,
  readWitness,
  type WitnessHead,
  type WitnessLog,
  writeWitness,
} from './file.ts';
import { type HeldTokens, heldTokens } from './held-tokens.ts';
import { rollbackStore } from './store.ts';
import { takenAfter } from './taken.ts';
import {
  type Applied,
  type Position,
  type Return,
  type ReturnLine,
  type Taken,
  type Witness,
  wentBack,
} from './types.ts';

export type RollbackDetector = {
  /** Checks whether the database went back, and removes again what was removed since. Called when it is opened. */
  open(): void;
  /** Writes down how far the database is, unless that stands there; false when another writer was waited for too long. */
  flush(): boolean;
  /** Returns to an older state, the newest first. */
  returns(): Return[];
  /** Those that are not acknowledged. */
  unacknowledged(): Return[];
  /**
   * An administrator has seen it: that is in the journal, and it is no longer on every page once a second person agreed, where
   * there is one. NOT_FOUND, INVALID.
   */
  acknowledge(actor: Actor, id: string, reason: string): Return;
  /** The second person agrees, or gives up the first one's request. CONFLICT where nothing waits. */
  decide(actor: Actor, id: string, agree: boolean): Return;
  /** Whether a certificate that the database does not know was issued in a time that it lost. */
  lostCertificate: LostCertificates;
  /** Tokens that wait since a return. */
  tokens: HeldTokens;
  /** What one person asked for, and when. */
  approvable(id: string, at: number): Approvable;
  /** Why this person cannot agree; undefined when he can, or nothing waits. */
  hindrance(actor: Actor, back: Return): Hindrance | undefined;
};

type RollbackParts = {
  db: Database;
  keyring: Keyring;
  personal: Personal;
  events: EventService;
  objects: ObjectService;
  devices: Pick<DeviceService, 'list' | 'revoke' | 'byPublicId'>;
  persons: Pick<PersonService, 'eraseKeys'>;
  gate: ApprovalGate;
  accounts: Pick<AccountService, 'assertFresh' | 'changes' | 'releasing' | 'sessions'>;
  deployments: { rollouts: Pick<DeploymentService['rollouts'], 'holdAll'> };
  clock?: () => number;
};

const waitMs = 200;
const keptReturns = 32;
const entriesAtOnce = 1_000_000;
const maxFailed = 50;
/** The newest return keeps so many lines, those before it none. */
const maxLines = 2_000;
const maxAccounts = 10_000;

const act = 'return-acknowledge';
const approvable = (id: string, at: number): Approvable => ({ act, thing: `${id}@${at}` });

/** The detector of returns to an older state. */
export function newRollbackDetector(parts: RollbackParts): RollbackDetector {
  const { db, keyring, personal, events, objects, devices, persons, gate, accounts } = parts;
  const clock = parts.clock ?? nowMs;
  const store = rollbackStore(db);
  const digests = objectDigests({ db, objects, store, keyed: personal.keyed });
  const tokens = heldTokens({ db, objects, store, accounts, clock });
  let written: Position | undefined;
  let kept: Pick<Witness, 'returns' | 'taken'> | undefined;
  /** The digests that belong to `kept`. */
  let log: WitnessLog | undefined;
  let keysOf: { mark: string; keys: Pick<Witness, 'keys' | 'keysLast'> } | undefined;

  const write = (witness: Witness): void => {
    log = undefined;
    log = writeWitness(keyring, witness);
    written = witness.position;
    kept = witness;
  };

  const keysNow = (): Pick<Witness, 'keys' | 'keysLast'> => {
    const mark = personal.livingMark();
    if (keysOf?.mark !== mark) {
      const { ids, last } = personal.living();
      keysOf = { mark, keys: { keys: packIds(ids, last), keysLast: last } };
    }
    return keysOf.keys;
  };

  /** How far the database is now, from how far it was. */
  const moved = (head: Pick<WitnessHead, 'position' | 'taken' | 'takenFrom'>) => ({
    position: store.position(),
    ...keysNow(),
    ...takenAfter(head.taken, head.takenFrom, store.since(head.position.entries, entriesAtOnce), store),
  });

  /** The witness as of now; under the write lock, so that what two processes write is in order. */
  const advanced = (witness: Witness): Witness => {
    const now = moved(witness);
    return { ...witness, ...now, digests: digests.after(witness.digests, now.position.entries) };
  };

  /** Adds to the files what came since; false where all of them is to be read or written. Under the write lock. */
  const add = (): boolean => {
    const head = log && readHead(keyring);
    const changed = log && digests.changedSince(log.kinds);
    if (log === undefined || head === undefined || changed === undefined || !isBeside(log, head)) return false;
    const now = { ...head, ...moved(head) };
    log = addToWitness(keyring, log, now, changed);
    if (log === undefined) return false;
    written = now.position;
    kept = { taken: now.taken, returns: kept?.returns ?? [] };
    return true;
  };

  const isWritten = (position: Position): boolean =>
    written !== undefined && written.entries === position.entries && written.head === position.head;

  const flush = (): boolean => {
    if (db.inTransaction) return false;
    if (isWritten(store.position())) return true;
    return immediateWithin(db, waitMs, () => {
      if (add()) return;
      // Another process wrote it, or this one begins.
      const found = openWitness(keyring);
      [kept, log] = [found?.witness, found?.log];
      if (!add()) write(advanced(found?.witness ?? emptyWitness()));
    });
  };

  const without = (kind: string, id: string, field: string, values: readonly string[]): boolean => {
    const held = objects.ofAnyKind.find(kind, id);
    const list = held?.body[field];
    if (!Array.isArray(list)) return false;
    const left = list.filter((one) => !values.includes(String(one)));
    if (left.length === list.length) return false;
    objects.ofAnyKind.update(systemActor, kind, id, { [field]: left });
    return true;
  };

  const disable = (id: string): boolean => {
    if (objects.find('account', id)?.body['disabled'] !== false) return false;
    objects.update(systemActor, 'account', id, { disabled: true });
    return true;
  };

  const applyOne = ({ what, values = [] }: Taken, applied: Applied, lines: ReturnLine[]): void => {
    const [first = '', second = '', third = ''] = what.split(':');
    const line = (kind: string, id: string, fields: string[], isRemoved = false): void =>
      void lines.push({ kind, id, fields, was: fields.length === 0 ? 'deleted' : 'changed', isRemoved });
    if (first === 'device') {
      const device = devices.byPublicId(second);
      if (device.state === 'revoked') return;
      devices.revoke(systemActor, device.id);
      applied.devices += 1;
    } else if (first === 'rights') {
      const field = second === 'account' ? 'roles' : 'rights';
      if (!without(second, third, field, values)) return;
      applied.rights += 1;
      line(second, third, [field]);
    } else if (first === 'disabled') {
      if (!disable(third)) return;
      applied.accounts += 1;
      line('account', third, ['disabled']);
    } else if (objects.ofAnyKind.find(first, second) !== undefined) {
      applied.accounts += 1;
      if (first === 'account') disable(second);
      let isRemoved = true;
      try {
        immediate(db, () => objects.ofAnyKind.remove(systemActor, first, second));
      } catch (error) {
        // An account that something still refers to stays, without a way in.
        if (!(first === 'account' && error instanceof AppError && error.code === 'IN_USE')) throw error;
        isRemoved = false;
      }
      line(first, second, [], isRemoved);
    }
  };

  /** Removes again what was removed; what is absent already needs nothing. */
  const apply = (
    taken: readonly Taken[],
    dead: readonly number[],
  ): { applied: Applied; failed: string[]; lines: ReturnLine[] } => {
    const lines: ReturnLine[] = [];
    const applied: Applied = { devices: 0, accounts: 0, rights: 0, persons: 0 };
    const failed: string[] = [];
    const tokensFirst = [...taken].sort(
      (a, b) => Number(b.what.startsWith('token:')) - Number(a.what.startsWith('token:')),
    );
    for (const one of tokensFirst) {
      try {
        immediate(db, () => applyOne(one, applied, lines));
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        if (error.code !== 'NOT_FOUND') failed.push(`${one.what}: ${error.code}`);
      }
    }
    applied.persons = persons.eraseKeys(dead);
    return { applied, failed, lines };
  };

  /** Who was signed in then is not signed in now, and what was sent to somebody then opens nothing. */
  const end = (): { links: string[]; sessions: number } => {
    const ended = { links: [] as string[], sessions: 0 };
    for (const { id } of objects.list({ kind: 'account', limit: maxAccounts }).rows)
      ended.sessions += accounts.sessions.endAll(systemActor, id);
    for (const { id } of objects.list({ kind: 'token', where: { purpose: 'first' }, limit: maxAccounts }).rows) {
      objects.remove(systemActor, 'token', id, { comment: 'return to an older state of the database' });
      ended.links.push(id);
    }
    return ended;
  };

  /** In one transaction: who stops in between finds the same return again. */
  const takeBack = (witness: Witness | undefined, found: Position): void => {
    const isFork = witness !== undefined && store.hashAt(witness.position.entries) !== undefined;
    // Of a fork it is not known since when.
    const since = isFork ? 0 : store.lastAt();
    const taken = witness?.taken.filter(({ entry }) => isFork || entry > found.entries) ?? [];
    const dead = witness === undefined ? [] : missingIds(witness.keys, witness.keysLast, personal.living().ids);
    const { applied, failed, lines } = apply(taken, dead);
    // First what is known by name, as it was; then what still differs.
    const ended = end();
    const seen = witness?.digests ?? {};
    const strict = digests.compare(seen, witness?.position.entries ?? 0, { token: ended.links });
    failed.push(...strict.failed);
    lines.push(...strict.lines);
    const knows = witness !== undefined && witness.position.entries > 0;
    const isCovered =
      knows && !isFork && failed.length === 0 && strict.uncompared.length === 0 && witness.takenFrom <= found.entries;
    const isAsSeen =
      isCovered &&
      [...Object.values(applied), ...Object.values(strict.lost), lines.length].every((count) => count === 0) &&
      // A return to the same database that was cut off had written the witness: what it found is not in it any more.
      witness.returns.every((before) => before.found.entries < found.entries);
    const tokensGoOn = isAsSeen && witness.isOwnWayBack === true;
    // Last: who may be let in again is asked about what the comparison left.
    // Uses are counted in the database: those of the lost time are not known.
    const held = tokens.hold(tokensGoOn ? 'counted' : 'all');
    if (!isAsSeen) parts.deployments.rollouts.holdAll();
    const isCompared = Object.keys(seen).length > 0;
    const cause = witness === undefined ? 'no-witness' : witness.restored === undefined ? 'unknown' : 'restored';
    const came: Return = {
      id: Buffer.from(randomBytes(8)).toString('hex'),
      at: clock(),
      cause,
      ...defined({ file: witness?.restored?.file }),
      ...(knows ? { was: witness.position } : {}),
      found,
      since,
      applied,
      isCovered,
      failed: failed.slice(0, maxFailed),
      ...(isCompared ? { compared: strict.compared } : {}),
      uncompared: strict.uncompared,
      lines: lines.slice(0, maxLines),
      moreLines: Math.max(0, lines.length - maxLines),
      lost: strict.lost,
      ended: { ...ended, links: ended.links.length },
      held,
      ...(tokensGoOn ? { tokensGoOn } : {}),
    };
    events.record('state-went-back', {
      actor: 'system:appliance',
      params: { cause, was: came.was?.entries ?? 0, found: found.entries, file: came.file ?? '' },
    });
    const { restored: _done, isOwnWayBack: _own, ...rest } = witness ?? emptyWitness();
    const position = { ...found, entries: isFork || witness === undefined ? 0 : found.entries };
    const before = rest.returns.map(({ lines = [], moreLines = 0, ...back }) => ({
      ...back,
      moreLines: moreLines + lines.length,
    }));
    write(
      advanced({
        ...rest,
        position,
        digests: {},
        taken: [...rest.taken],
        returns: [came, ...before].slice(0, keptReturns),
      }),
    );
  };

  /** Writes one return that waits, in a transaction with its entry of the journal. NOT_FOUND. */
  const change = (id: string, work: (found: Return) => Return): Return =>
    immediate(db, () => {
      const witness = readWitness(keyring) ?? emptyWitness();
      const found = witness.returns.find((one) => one.id === id && one.acknowledged === undefined);
      if (found === undefined) throw new AppError('NOT_FOUND', 'no such return to an older state waits');
      const next = work(found);
      // The position stays: this transaction is not committed yet.
      write({ ...witness, returns: witness.returns.map((one) => (one.id === id ? next : one)) });
      return next;
    });

  const record = (what: 'asked' | 'acknowledged' | 'refused', actor: Actor, back: Return, reason: string): void => {
    events.record(`state-return-${what}`, {
      ...byWhom(actor),
      params: { cause: back.cause, found: back.found.entries, reason },
    });
  };

  const unasked = ({ asked: _done, ...back }: Return): Return => back;

  const returns = (): Return[] => (kept ?? readWitness(keyring) ?? emptyWitness()).returns;

  return {
    open: () => {
      // The power failed while it was written: all of it is written under this lock.
      if (hasUnfinishedWitness(keyring)) immediateWithin(db, waitMs, () => dropUnfinishedWitness(keyring));
      // The file first: what it says was committed before, so a database that is read after it is not behind it.
      const seen = readWitness(keyring);
      const isOff = (witness: Witness | undefined, found: Position): boolean =>
        witness === undefined
          ? found.entries > 0
          : witness.restored !== undefined || wentBack(witness.position, found, store.hashAt);
      if (!isOff(seen, store.position())) {
        kept = seen;
        // Another release had other fields in it, or none.
        const isCurrent = seen !== undefined && digests.isCurrent(seen.digests);
        written = isCurrent ? seen.position : undefined;
        if (seen === undefined) immediate(db, () => write(advanced(emptyWitness())));
        else flush();
        return;
      }
      immediate(db, () => {
        // Another process may have found it meanwhile.
        const witness = readWitness(keyring);
        const found = store.position();
        if (isOff(witness, found)) takeBack(witness, found);
      });
      personal.destroyErased();
      kept = readWitness(keyring);
    },
    flush,
    returns,
    lostCertificate: (publicId, issuedAt) => {
      const { taken, returns: all } = kept ?? readWitness(keyring) ?? emptyWitness();
      // Times in certificates are whole seconds.
      const back = all.find(({ since, at }) => issuedAt > since - 1_000 && issuedAt <= at);
      if (back === undefined || taken.some(({ what }) => what === `device:${publicId}`)) return undefined;
      return back.isCovered ? 'known' : 'unsure';
    },
    tokens,
    unacknowledged: () => returns().filter(({ acknowledged }) => acknowledged === undefined),
    acknowledge: (actor, id, text) => {
      requireRight(actor, 'safety:write');
      const reason = enteredLine(text);
      return change(id, (found) => {
        // First: a fault of the form is shown beside the return that it is about.
        if (reason === '') throw invalid({ reason: { key: 'validation.required' } });
        const waits = gate.mustWait(actor, act);
        // A token may ask; without a second person the act is a person's.
        if (actor.type !== 'token' || !waits) assertFresh(actor, clock());
        const statement = { at: clock(), by: actorRef(actor), reason };
        if (waits) {
          gate.asked(actor, act, `${id}@${statement.at}`);
          record('asked', actor, found, reason);
          return { ...found, asked: statement };
        }
        events.record('approved-by-one-person', {
          ...byWhom(actor),
          params: { act, thing: id },
        });
        record('acknowledged', actor, found, reason);
        return { ...unasked(found), acknowledged: statement };
      });
    },
    decide: (actor, id, agree) => {
      requireDecider(actor, 'safety:write');
      return change(id, (found) => {
        if (found.asked === undefined) throw new AppError('CONFLICT', 'this was not asked for');
        if (!agree) {
          record('refused', actor, found, found.asked.reason);
          return unasked(found);
        }
        gate.assertMayApprove(actor, approvable(id, found.asked.at));
        record('acknowledged', actor, found, found.asked.reason);
        return { ...unasked(found), acknowledged: { ...found.asked, at: clock(), by: actorRef(actor) } };
      });
    },
    approvable,
    hindrance: (actor, { id, asked }) => asked && gate.hindrance(actor, approvable(id, asked.at)),
  };
}
