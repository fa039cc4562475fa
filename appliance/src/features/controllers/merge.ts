import { type Actor, actorRef } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import type { EffectiveKeeper } from './effective.ts';
import { type Key, type KeyKind, strengthOf } from './keys.ts';
import type { MergeRow, MergeStore, PairRow } from './merge-store.ts';
import { keysByReading, type RecordState } from './record-state.ts';
import type { RecordStore } from './record-store.ts';
import { serialsDiffer, serialsOf } from './resolve.ts';
import type { ReadingStore } from './store.ts';

// Two records that are one controller (OT 2.3). The readings of the other one belong to the kept one from then on; facts
// stay as they are, so it is enough to give the readings back to have two again. What people entered about the other record
// stays with it, and fills what the kept one lacks.

export type Proposal = { other: number; kind: KeyKind; value: string };

/** What people entered about two records; see decisions.ts. */
export type EnteredMerger = {
  merge(actor: Actor, keep: string, other: string): unknown;
  unmerge(actor: Actor, keep: string, merged: unknown): void;
};

type Data = {
  readings: number[];
  pinned: number[];
  /** The newest reading of the time. */
  last: number;
  /** Weak keys that are agreed since, and those that came from the other record. */
  agreed: Key[];
  moved: Key[];
  pair: PairRow | null;
  entered: unknown;
  auto: boolean;
};

export type Merger = {
  /** Returns the records that this concerns. */
  join(actor: Actor, keep: number, other: number, auto: boolean): number[];
  split(actor: Actor, merge: number): number[];
  /** Which record some readings of `keep` came from, if any merge in force brought them. */
  cameFrom(keep: number, readings: readonly number[]): MergeRow | undefined;
  proposalsOf(controller: number): Proposal[];
};

const maxShared = 50;

export const merger = (parts: {
  store: ReadingStore;
  records: RecordStore;
  merges: MergeStore;
  effectiveValues: EffectiveKeeper;
  state: RecordState;
  entered: EnteredMerger;
  clock: () => number;
}): Merger => {
  const { store, records, merges, effectiveValues, state, entered, clock } = parts;

  const derive = (actor: Actor, controllers: Iterable<number>): void => {
    for (const controller of controllers) {
      const changes = effectiveValues.again(controller, { actor, batch: null });
      state.reindex(controller);
      for (const { type, key, field, side, before, after } of changes)
        records.addChange({ controller, at: clock(), type, key, field, side, before, after, batch: null });
    }
  };

  const publicIdOf = (controller: number): string => records.byId(controller)?.public_id ?? '';

  const join: Merger['join'] = (actor, keep, other, auto) => {
    const [kept, gone] = [records.byId(keep), records.byId(other)];
    if (kept === undefined || gone === undefined) throw new AppError('NOT_FOUND', 'there is no such controller');
    if (keep === other || kept.state === 'merged' || gone.state === 'merged')
      throw new AppError('CONFLICT', 'these are not two controllers');
    const concerned = [keep, other, ...state.neighbours(keep), ...state.neighbours(other)];
    const shared = records.sharing(keep, 2, maxShared).filter(({ controller }) => controller === other);
    const agreed = auto ? [] : shared.map(({ kind, value }) => ({ kind, value }));
    const moved = records.agreedOf(other);
    const rows = store.readingsOf(other).filter(({ source }) => source !== 'person');
    const readings = rows.map(({ id }) => id);
    const pinned = auto ? [] : rows.filter((row) => row.pinned === 0).map(({ id }) => id);
    const data: Data = {
      readings,
      pinned,
      last: store.lastReading(),
      agreed,
      moved,
      pair: merges.pair(keep, other) ?? null,
      entered: entered.merge(actor, kept.public_id, gone.public_id),
      auto,
    };
    store.moveReadings(readings, keep);
    store.pin(pinned, true);
    for (const key of moved) records.removeAgreed(key, other);
    for (const key of [...moved, ...agreed]) records.addAgreed(key, keep);
    if (!auto) merges.setPair(keep, other, true, clock(), actorRef(actor), null);
    records.setState(other, 'merged', keep);
    merges.add(keep, other, clock(), actorRef(actor), data);
    derive(actor, [keep, other]);
    return [...concerned, ...state.neighbours(keep)];
  };

  /** Readings that came since and are about the record that goes its own way again. */
  const since = (keep: number, data: Data): number[] => {
    const keys = keysByReading(store.factsOf(keep));
    const strong = (reading: number): string[] =>
      (keys.get(reading) ?? []).filter(({ kind }) => strengthOf[kind] < 2).map(({ kind, value }) => `${kind} ${value}`);
    const came = new Set(data.readings);
    const theirs = new Set(data.readings.flatMap(strong));
    const rows = store.readingsOf(keep).filter(({ id }) => !came.has(id));
    const ours = new Set(rows.filter(({ id }) => id <= data.last).flatMap(({ id }) => strong(id)));
    return rows
      .filter(({ id, pinned }) => id > data.last && pinned === 0)
      .filter(({ id }) => strong(id).some((key) => theirs.has(key)) && !strong(id).some((key) => ours.has(key)))
      .map(({ id }) => id);
  };

  const split: Merger['split'] = (actor, merge) => {
    const row = merges.byId(merge);
    if (row === undefined) throw new AppError('NOT_FOUND', 'there is no such merge');
    const other = records.byId(row.other);
    const isInForce = row.undone_at === null && other?.state === 'merged' && other.into_controller === row.keep;
    if (!isInForce || records.byId(row.keep) === undefined)
      throw new AppError('CONFLICT', 'this merge is not in force');
    const data = JSON.parse(row.data) as Data;
    const before = state.neighbours(row.keep);
    const held = new Set(store.readingsOf(row.keep).map(({ id }) => id));
    const back = [...data.readings, ...since(row.keep, data)].filter((id) => held.has(id));
    store.moveReadings(back, row.other);
    store.pin(
      data.pinned.filter((id) => held.has(id)),
      false,
    );
    for (const key of [...data.agreed, ...data.moved]) records.removeAgreed(key, row.keep);
    for (const key of data.moved) records.addAgreed(key, row.other);
    if (!data.auto) merges.restorePair(row.keep, row.other, data.pair);
    records.setState(row.other, 'live', null);
    merges.undo(merge, clock(), actorRef(actor));
    entered.unmerge(actor, publicIdOf(row.keep), data.entered);
    derive(actor, [row.keep, row.other]);
    const concerned = [row.keep, row.other, ...before, ...state.neighbours(row.keep), ...state.neighbours(row.other)];
    return concerned;
  };

  return {
    join,
    split,
    cameFrom: (keep, readings) =>
      merges.ofKeep(keep).find((row) => {
        const came = new Set((JSON.parse(row.data) as Data).readings);
        return readings.some((id) => came.has(id));
      }),
    proposalsOf: (controller) => {
      const own = serialsOf(records.keys(controller));
      const found = new Map<number, Proposal>();
      for (const { controller: other, kind, value } of records.sharing(controller, 2, maxShared)) {
        if (found.has(other) || records.byId(other)?.state !== 'live' || merges.pair(controller, other) !== undefined)
          continue;
        if (serialsDiffer(own, serialsOf(records.keys(other)))) continue;
        found.set(other, { other, kind, value });
      }
      return [...found.values()];
    },
  };
};
