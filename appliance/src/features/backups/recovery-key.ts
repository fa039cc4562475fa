import type { EventService } from '../../engine/events/service.ts';
import { type Actor, actorRef, byWhom, requireDecider, requireRight } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import type { Keyring } from '../../platform/keyring.ts';
import { type Approvable, type ApprovalGate, assertFresh, type Hindrance } from '../accounts/types.ts';
import {
  areGroups,
  newRecoveryKey,
  type PreparedKey,
  publicHalfOf,
  type RecoveryState,
  readRecoveryState,
  takeRecoveryKey,
  typedGroups,
  writeRecoveryState,
} from './recovery-key-file.ts';
import type { RecoveryKey } from './types.ts';

// Whether a person holds the recovery key, and a new one in its place. While no account has ever signed in, root at the machine makes
// a new one alone. Afterwards two persons do, and the second one sees it.

export type RecoveryKeyService = {
  /** What is known of the key. KEY. */
  look(): RecoveryKey;
  /** Some account has signed in at some time: root at the machine makes no new key alone any more. */
  isInUse(): boolean;
  /** A person shows to have the key, by the groups that are asked for. INVALID. */
  confirm(actor: Actor, text: string): RecoveryKey;
  /** A new key while no account has ever signed in; undefined where it was handed over already. CONFLICT afterwards, FORBIDDEN. */
  renewAtMachine(actor: Actor, prepared?: PreparedKey): string | undefined;
  /** One person asks for a new key. INVALID, CONFLICT. */
  ask(actor: Actor, reason: string): RecoveryKey;
  /** A second person agrees and gets the new key, or gives it up. CONFLICT. */
  decide(actor: Actor, agree: boolean): string | undefined;
  approvable(asked: { at: number }): Approvable;
  /** Why this person cannot agree; undefined when he can, or nothing waits. */
  hindrance(actor: Actor): Hindrance | undefined;
};

type Parts = {
  db: Database;
  keyring: Keyring;
  events: Pick<EventService, 'record'>;
  gate: ApprovalGate;
  everSignedIn: () => boolean;
  clock: () => number;
};

const act = 'recovery-key-renew';
const waiting = (asked: { at: number }): Approvable => ({ act, thing: `recovery-key@${asked.at}` });

/** The recovery key as the appliance knows it. */
export function recoveryKeyService(parts: Parts): RecoveryKeyService {
  const { db, keyring, events, gate, everSignedIn, clock } = parts;

  const look = (): RecoveryKey => {
    const { check, confirmedAt, madeAt, positions, publicKey, asked } = readRecoveryState(keyring);
    const state = confirmedAt !== null ? 'confirmed' : check === null ? 'unknown' : 'not-confirmed';
    return { state, madeAt, confirmedAt, positions, publicKey, asked };
  };

  /** Four groups where four are asked for, else the whole key. */
  const isShown = (held: RecoveryState, text: string): boolean => {
    const typed = typedGroups(text);
    if (typed.length === 16) return areGroups(keyring, held, typed);
    return publicHalfOf(typed) === held.publicKey;
  };

  const take = (prepared: PreparedKey, actor: Actor, how: string): void => {
    takeRecoveryKey(keyring, prepared, { nowMs: clock(), isRenewed: true });
    events.record('recovery-key-renewed', { ...byWhom(actor), params: { how } });
  };

  return {
    look,
    isInUse: everSignedIn,
    confirm: (actor, text) => {
      requireRight(actor, 'settings:write');
      immediate(db, () => {
        const held = readRecoveryState(keyring);
        if (!isShown(held, text))
          throw invalid({ groups: { key: held.check === null ? 'recovery.wrongKey' : 'recovery.wrongGroups' } });
        writeRecoveryState(keyring, { ...held, confirmedAt: clock() });
        events.record('recovery-key-confirmed', { ...byWhom(actor), params: {} });
      });
      return look();
    },
    renewAtMachine: (actor, prepared) => {
      requireRight(actor, 'all');
      if (actor.type !== 'cli') throw new AppError('FORBIDDEN', 'root at the machine does this');
      return immediate(db, () => {
        if (everSignedIn())
          throw new AppError(
            'CONFLICT',
            'somebody has signed in: two persons make a new recovery key, on the page Backups, Recovery key',
          );
        const made = prepared === undefined ? newRecoveryKey() : { recoveryKey: undefined, prepared };
        take(made.prepared, actor, 'machine');
        return made.recoveryKey;
      });
    },
    ask: (actor, text) => {
      requireRight(actor, 'safety:write');
      gate.assertMayAsk(actor);
      const reason = enteredLine(text);
      if (reason === '') throw invalid({ reason: { key: 'validation.required' } });
      if (actor.type !== 'token') assertFresh(actor, clock());
      immediate(db, () => {
        const held = readRecoveryState(keyring);
        if (held.asked !== null) throw new AppError('CONFLICT', 'a new key was asked for already');
        const asked = { at: clock(), by: actorRef(actor), reason };
        gate.asked(actor, act, waiting(asked).thing ?? '');
        writeRecoveryState(keyring, { ...held, asked });
        events.record('recovery-key-asked', { ...byWhom(actor), params: { reason } });
      });
      return look();
    },
    decide: (actor, agree) => {
      requireDecider(actor, 'safety:write');
      return immediate(db, () => {
        const held = readRecoveryState(keyring);
        if (held.asked === null) throw new AppError('CONFLICT', 'no new key was asked for');
        if (!agree) {
          writeRecoveryState(keyring, { ...held, asked: null });
          events.record('recovery-key-refused', { ...byWhom(actor), params: { reason: held.asked.reason } });
          return undefined;
        }
        gate.assertMayApprove(actor, waiting(held.asked));
        const { recoveryKey, prepared } = newRecoveryKey();
        take(prepared, actor, 'persons');
        return recoveryKey;
      });
    },
    approvable: waiting,
    hindrance: (actor) => {
      const asked = readRecoveryState(keyring).asked;
      return asked ? gate.hindrance(actor, waiting(asked)) : undefined;
    },
  };
}
