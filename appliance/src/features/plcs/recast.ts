import type { Actor } from '../objects/types.ts';
import type { MergeStore } from './merge-store.ts';
import type { RecordState } from './record-state.ts';
import type { RecordStore } from './record-store.ts';
import type { Regroup } from './regroup.ts';
import type { SaidStore } from './store.ts';
import type { WinnerKeeper } from './winners.ts';

// What follows for records when facts of theirs went or say something else: winners are worked out again, readings go where
// their keys lead, records that nothing speaks of any more go.

export type Recasting = { changed: number[]; removed: { plc: number; publicId: string }[] };

/** `around` are records that a change may concern besides; `origin` is what the changes are put down to. */
export type Recast = (
  actor: Actor,
  affected: ReadonlySet<number>,
  about: { around: ReadonlySet<number>; origin: number | null },
) => Recasting;

export const recaster = (parts: {
  said: SaidStore;
  records: RecordStore;
  merges: MergeStore;
  winners: WinnerKeeper;
  state: RecordState;
  regroup: Regroup;
  clock: () => number;
  /** What people decided about a record that is gone goes with it. */
  forgetEntered: (actor: Actor, publicId: string) => void;
}): Recast => {
  const { said, records, merges, winners, state, regroup, clock, forgetEntered } = parts;

  const note = (plc: number, origin: number | null): void => {
    const facts = said.factsOf(plc);
    for (const { sort, key, field, side, before, after } of winners.again(plc, facts))
      records.addChange({ plc, at: clock(), sort, key, field, side, before, after, origin });
    state.rekey(plc, facts);
  };

  return (actor, affected, { around, origin }) => {
    const changed = new Set<number>();
    const removed: Recasting['removed'] = [];

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

    for (const plc of affected) note(plc, origin);
    const moved = regroup(actor, affected);
    for (const plc of moved) changed.add(plc);
    for (const plc of [...affected, ...changed]) {
      if (records.byId(plc) === undefined) continue;
      // A record that became part of another one waits without readings.
      if (said.readingsOf(plc).length === 0 && records.byId(plc)?.state !== 'merged') forget(plc);
      else {
        if (moved.has(plc)) note(plc, origin);
        changed.add(plc);
      }
    }
    for (const plc of around) changed.add(plc);
    for (const other of Array.from(changed).flatMap((plc) => state.neighbours(plc))) changed.add(other);
    return { changed: [...changed].filter((plc) => records.byId(plc) !== undefined), removed };
  };
};
