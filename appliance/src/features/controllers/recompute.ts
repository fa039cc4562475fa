import type { Actor } from '../../engine/objects/types.ts';
import type { EffectiveBy, EffectiveKeeper } from './effective.ts';
import type { MergeStore } from './merge-store.ts';
import type { Reassign } from './reassign.ts';
import type { RecordState } from './record-state.ts';
import type { RecordStore } from './record-store.ts';
import type { ReadingStore } from './store.ts';

// What follows for records when facts of theirs went or say something else: effectiveValues are worked out again, readings go where
// their keys lead, records that nothing speaks of any more go. One that a person entered something about stays, with what was
// entered: only a person ends that.

export type Recomputing = { changed: number[]; removed: { controller: number; publicId: string }[] };

/** `around` are records that a change may concern besides; `batch` is what the changes are put down to. */
export type Recompute = (
  actor: Actor,
  affected: ReadonlySet<number>,
  about: { around: ReadonlySet<number>; batch: number | null },
) => Recomputing;

export const recomputer = (parts: {
  store: ReadingStore;
  records: RecordStore;
  merges: MergeStore;
  effectiveValues: EffectiveKeeper;
  state: RecordState;
  reassign: Reassign;
  clock: () => number;
  /** Whether what a person entered or decided about a record is in force. */
  isEntered: (publicId: string) => boolean;
}): Recompute => {
  const { store, records, merges, effectiveValues, state, reassign, clock, isEntered } = parts;

  const note = (controller: number, by: EffectiveBy): void => {
    const { batch } = by;
    const facts = store.factsOf(controller);
    for (const { type, key, field, side, before, after } of effectiveValues.again(controller, by, facts))
      records.addChange({ controller, at: clock(), type, key, field, side, before, after, batch });
    state.reindex(controller, facts);
  };

  return (actor, affected, { around, batch }) => {
    const by: EffectiveBy = { actor, batch };
    const changed = new Set<number>();
    const removed: Recomputing['removed'] = [];

    const isSilent = (controller: number): boolean =>
      store.readingsOf(controller).length === 0 && !isEntered(records.byId(controller)?.public_id ?? '');

    const forget = (controller: number): void => {
      const gone = records.byId(controller);
      if (gone === undefined) return;
      effectiveValues.again(controller, by);
      // Records that became part of it have nothing left either, but what people entered about them.
      for (const merge of merges.ofKeep(controller))
        if (isSilent(merge.other)) forget(merge.other);
        else {
          records.setState(merge.other, 'live', null);
          changed.add(merge.other);
        }
      for (const part of records.parts(controller)) records.removePart(part.id);
      merges.forget(controller);
      records.remove(controller);
      changed.delete(controller);
      removed.push({ controller, publicId: gone.public_id });
    };

    for (const controller of affected) note(controller, by);
    const moved = reassign(actor, affected);
    for (const controller of moved) changed.add(controller);
    for (const controller of [...affected, ...changed]) {
      if (records.byId(controller) === undefined) continue;
      // A record that became part of another one waits without readings.
      if (isSilent(controller) && records.byId(controller)?.state !== 'merged') forget(controller);
      else {
        if (moved.has(controller)) note(controller, by);
        changed.add(controller);
      }
    }
    for (const controller of around) changed.add(controller);
    for (const other of Array.from(changed).flatMap((controller) => state.neighbours(controller))) changed.add(other);
    return { changed: [...changed].filter((controller) => records.byId(controller) !== undefined), removed };
  };
};
