import { AppError } from '../../platform/errors.ts';
import { type Actor, actorRef } from '../objects/types.ts';
import type { MergeStore } from './merge-store.ts';
import type { RecordState } from './record-state.ts';
import type { RecordStore } from './record-store.ts';
import type { Regroup } from './regroup.ts';
import { type SaidStore, toOrigin } from './store.ts';
import type { Origin } from './types.ts';
import type { WinnerKeeper } from './winners.ts';

// An origin that is taken back is as one that never came: its facts go, winners are worked out again, records that nothing
// else speaks of go, and what only its words held together comes apart.

export type Undone = { origin: Origin; facts: number; changed: number[]; removed: { plc: number; publicId: string }[] };

export type Undoer = (actor: Actor, origin: number) => Undone;

export const undoer = (parts: {
  said: SaidStore;
  records: RecordStore;
  merges: MergeStore;
  winners: WinnerKeeper;
  state: RecordState;
  regroup: Regroup;
  clock: () => number;
  /** What people decided about a record that is gone goes with it. */
  forgetEntered: (actor: Actor, publicId: string) => void;
}): Undoer => {
  const { said, records, merges, winners, state, regroup, clock, forgetEntered } = parts;

  const note = (plc: number, origin: number): void => {
    const facts = said.factsOf(plc);
    for (const { sort, key, field, side, before, after } of winners.again(plc, facts))
      records.addChange({ plc, at: clock(), sort, key, field, side, before, after, origin });
    state.rekey(plc, facts);
  };

  return (actor, id) => {
    const row = said.origin(id);
    if (row === undefined) throw new AppError('NOT_FOUND', 'there is no such origin');
    if (row.undone_at !== null) throw new AppError('CONFLICT', 'this origin was taken back before');
    if (row.sort === 'person') throw new AppError('CONFLICT', 'what a person entered is changed where it was entered');
    const affected = new Set(said.readingsOfOrigin(id).map(({ plc }) => plc));
    const facts = said.countFacts(id);
    const around = new Set([...affected].flatMap((plc) => state.neighbours(plc)));
    said.removeReadings(id);
    const changed = new Set<number>();
    const removed: Undone['removed'] = [];

    const forget = (plc: number): void => {
      const gone = records.byId(plc);
      if (gone === undefined) return;
      winners.again(plc);
      // Records that became part of it have nothing left either, but what people entered about them.
      for (const merge of merges.ofKeep(plc))
        if (said.readingsOf(merge.other).length === 0) forget(merge.other);
        else {
          records.setState(merge.other, 'live', null);
          changed.add(merge.other);
        }
      for (const part of records.parts(plc)) records.removePart(part.id);
      merges.forget(plc);
      records.remove(plc);
      changed.delete(plc);
      removed.push({ plc, publicId: gone.public_id });
      forgetEntered(actor, gone.public_id);
    };

    for (const plc of affected) note(plc, id);
    const moved = regroup(actor, affected);
    for (const plc of moved) changed.add(plc);
    for (const plc of [...affected, ...changed]) {
      if (records.byId(plc) === undefined) continue;
      // A record that became part of another one waits without readings.
      if (said.readingsOf(plc).length === 0 && records.byId(plc)?.state !== 'merged') forget(plc);
      else {
        if (moved.has(plc)) note(plc, id);
        changed.add(plc);
      }
    }
    for (const plc of around) changed.add(plc);
    for (const other of Array.from(changed).flatMap((plc) => state.neighbours(plc))) changed.add(other);
    said.markUndone(id, clock(), actorRef(actor));
    const undone = said.origin(id);
    return {
      origin: toOrigin(undone ?? row),
      facts,
      changed: [...changed].filter((plc) => records.byId(plc) !== undefined),
      removed,
    };
  };
};
