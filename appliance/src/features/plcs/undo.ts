import { AppError } from '../../platform/errors.ts';
import { type Actor, actorRef } from '../objects/types.ts';
import { type Key, strengthOf } from './keys.ts';
import type { Merger } from './merge.ts';
import type { MergeStore } from './merge-store.ts';
import { keysByReading, type RecordState } from './record-state.ts';
import type { RecordStore } from './record-store.ts';
import { serialsDiffer, serialsOf } from './resolve.ts';
import { type SaidStore, toOrigin } from './store.ts';
import type { Origin } from './types.ts';
import type { WinnerKeeper } from './winners.ts';

// An origin that is taken back is as one that never came: its facts go, winners are worked out again, records that nothing
// else speaks of go, and what only its words held together comes apart.

export type Undone = { origin: Origin; facts: number; changed: number[]; removed: { plc: number; publicId: string }[] };

export type Undoer = (actor: Actor, origin: number) => Undone;

const isStrong = ({ kind }: Key): boolean => strengthOf[kind] < 2;

/** Readings that belong together by certain keys; those that somebody placed stay with the first. */
export const componentsOf = (
  readings: readonly { id: number; pinned: number }[],
  keys: ReadonlyMap<number, readonly Key[]>,
): number[][] => {
  const groups: { readings: number[]; keys: Set<string>; serials: string[] }[] = [];
  for (const { id, pinned } of readings) {
    const own = (keys.get(id) ?? []).filter(isStrong).map(({ kind, value }) => `${kind} ${value}`);
    const serials = serialsOf(keys.get(id) ?? []);
    const isCertain = (group: { keys: Set<string> }): boolean =>
      own.some((key) => key.startsWith('serial ') && group.keys.has(key));
    const fits = groups.filter(
      (group, at) =>
        (pinned === 1 && at === 0) ||
        (own.some((key) => group.keys.has(key)) && (isCertain(group) || !serialsDiffer(serials, group.serials))),
    );
    const [first, ...rest] = fits;
    if (first === undefined) {
      groups.push({ readings: [id], keys: new Set(own), serials });
      continue;
    }
    // It holds together what was apart, as long as serial numbers allow it.
    for (const group of rest) {
      if (serialsDiffer(first.serials, group.serials)) continue;
      first.readings.push(...group.readings);
      for (const key of group.keys) first.keys.add(key);
      first.serials.push(...group.serials);
      groups.splice(groups.indexOf(group), 1);
    }
    first.readings.push(id);
    for (const key of own) first.keys.add(key);
    first.serials.push(...serials);
  }
  return groups.map((group) => group.readings);
};

export const undoer = (parts: {
  said: SaidStore;
  records: RecordStore;
  merges: MergeStore;
  winners: WinnerKeeper;
  state: RecordState;
  merger: Merger;
  newPublicId: () => string;
  clock: () => number;
  /** What people decided about a record that is gone goes with it. */
  forgetEntered: (actor: Actor, publicId: string) => void;
}): Undoer => {
  const { said, records, merges, winners, state, merger, newPublicId, clock, forgetEntered } = parts;

  const note = (plc: number, origin: number): void => {
    for (const { sort, key, field, side, before, after } of winners.again(plc))
      records.addChange({ plc, at: clock(), sort, key, field, side, before, after, origin });
    state.rekey(plc);
  };

  return (actor, id) => {
    const row = said.origin(id);
    if (row === undefined) throw new AppError('NOT_FOUND', 'there is no such origin');
    if (row.undone_at !== null) throw new AppError('CONFLICT', 'this origin was taken back before');
    if (row.sort === 'person') throw new AppError('CONFLICT', 'what a person entered is changed where it was entered');
    const affected = new Set(said.readingsOfOrigin(id).map(({ plc }) => plc));
    const facts = said.countFacts(id);
    said.removeReadings(id);
    const changed = new Set<number>();
    const removed: Undone['removed'] = [];

    const forget = (plc: number): void => {
      const gone = records.byId(plc);
      if (gone === undefined) return;
      winners.again(plc);
      for (const { old, new: fresh } of records.replacements(plc)) {
        records.removeReplacement(old, fresh);
        changed.add(old === plc ? fresh : old);
      }
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

    for (const plc of affected) {
      const readings = said.readingsOf(plc);
      if (readings.length === 0) {
        forget(plc);
        continue;
      }
      const [, ...others] = componentsOf(readings, keysByReading(said.factsOf(plc)));
      for (const component of others) {
        const merge = merger.cameFrom(plc, component);
        if (merge !== undefined) {
          for (const one of merger.split(actor, merge.id)) changed.add(one);
          continue;
        }
        const own = records.add(newPublicId(), clock());
        said.moveReadings(component, own);
        note(own, id);
        changed.add(own);
      }
      note(plc, id);
      changed.add(plc);
    }
    for (const other of Array.from(changed).flatMap((plc) => state.checkReplacements(plc))) changed.add(other);
    for (const plc of changed) if (records.byId(plc) !== undefined) state.restate(plc);
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
