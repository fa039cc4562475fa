import { type Key, keysOf, strengthOf } from './keys.ts';
import type { PlcRow, RecordStore } from './record-store.ts';
import { serialsDiffer, serialsOf } from './resolve.ts';
import type { FactRow, SaidStore } from './store.ts';

// What follows for a record from its readings, besides winners: its keys, and whether another one took its place.

export const readingGroups = (facts: readonly FactRow[]): Map<number, FactRow[]> =>
  Map.groupBy(facts, ({ reading }) => reading);

/** The keys of each reading of a record. */
export const keysByReading = (facts: readonly FactRow[]): Map<number, Key[]> =>
  new Map(
    [...readingGroups(facts)].map(([reading, group]) => {
      const first = group[0];
      return [reading, first === undefined ? [] : keysOf(first.origin, first, group).keys] as const;
    }),
  );

export const recordState = (said: SaidStore, records: RecordStore) => {
  /** Makes the keys of a record those of its readings. */
  const rekey = (plc: number): void => {
    const wanted = new Map(
      [...keysByReading(said.factsOf(plc)).values()].flat().map((key) => [`${key.kind} ${key.value}`, key]),
    );
    for (const key of records.keys(plc)) {
      const name = `${key.kind} ${key.value}`;
      if (wanted.has(name)) wanted.delete(name);
      else records.removeKey(key, plc);
    }
    for (const key of wanted.values()) records.addKey(key, plc, strengthOf[key.kind]);
  };

  const lastOf = (plc: number): number => {
    const { last, lastAny } = records.span(plc);
    return last ?? lastAny ?? Number.POSITIVE_INFINITY;
  };
  const firstOf = (plc: number): number => {
    const { first, firstAny } = records.span(plc);
    return first ?? firstAny ?? Number.NEGATIVE_INFINITY;
  };

  /** All that is known of the one is older than all that is known of the other. */
  const isBefore = (old: number, fresh: number): boolean => lastOf(old) < firstOf(fresh);

  /** Replaced while the other device at its address was heard only after it; live otherwise. */
  const restate = (plc: number): PlcRow['state'] => {
    const row = records.byId(plc);
    if (row === undefined || row.state === 'merged') return 'merged';
    const newest = records.replacements(plc).findLast(({ old, new: fresh }) => old === plc && isBefore(old, fresh));
    const state = newest === undefined ? 'live' : 'replaced';
    if (row.state !== state || row.into_plc !== (newest?.new ?? null))
      records.setState(plc, state, newest?.new ?? null);
    return state;
  };

  /** Replacements that the readings no longer show are taken back; returns whom this concerned. */
  const checkReplacements = (plc: number): number[] =>
    records.replacements(plc).flatMap(({ old, new: fresh, address }) => {
      const bears = (id: number): boolean =>
        records.keys(id).some(({ kind, value }) => kind === 'ip' && value === address);
      const differ = serialsDiffer(serialsOf(records.keys(old)), serialsOf(records.keys(fresh)));
      if (bears(old) && bears(fresh) && differ) return [];
      records.removeReplacement(old, fresh);
      return [old, fresh];
    });

  return { rekey, restate, checkReplacements, isBefore };
};

export type RecordState = ReturnType<typeof recordState>;
