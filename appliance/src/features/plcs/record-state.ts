import { type Key, keysOf, strengthOf } from './keys.ts';
import type { PlcRow, RecordStore } from './record-store.ts';
import { serialsDiffer, serialsOf } from './resolve.ts';
import type { FactRow, SaidStore } from './store.ts';

// What follows for a record from its readings, besides winners: its keys, and whether another one took its place.

const readingGroups = (facts: readonly FactRow[]): Map<number, FactRow[]> =>
  Map.groupBy(facts, ({ reading }) => reading);

/** The keys of each reading of a record. */
export const keysByReading = (facts: readonly FactRow[]): Map<number, Key[]> =>
  new Map(
    [...readingGroups(facts)].map(([reading, group]) => {
      const first = group[0];
      return [reading, first === undefined ? [] : keysOf(first.origin, first, group).keys] as const;
    }),
  );

const maxNeighbours = 50;

type Rival = { plc: number; address: string };
type Replacement = { old: number; fresh: number; address: string; at: number };

export const recordState = (said: SaidStore, records: RecordStore, isApart: (one: number, two: number) => boolean) => {
  /** Makes the keys of a record those of its readings; `facts` are all of its. */
  const rekey = (plc: number, facts: readonly FactRow[] = said.factsOf(plc)): void => {
    const wanted = new Map([...keysByReading(facts).values()].flat().map((key) => [`${key.kind} ${key.value}`, key]));
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

  const addressesOf = (plc: number): string[] => [...new Set(records.addresses(plc))];

  /** Devices that are said to be at this one's address and have another serial number. */
  const rivals = (plc: number): Rival[] => {
    const serials = serialsOf(records.keys(plc));
    if (serials.length === 0) return [];
    return addressesOf(plc).flatMap((address) =>
      records
        .plcsByKey({ kind: 'ip', value: address })
        .filter((other) => other !== plc && !isApart(plc, other))
        .filter((other) => serialsDiffer(serials, serialsOf(records.keys(other))))
        .filter((other) => addressesOf(other).includes(address))
        .map((other) => ({ plc: other, address })),
    );
  };

  /** A list does not replace what was heard on the network. */
  const mayReplace = (old: number, fresh: number): boolean =>
    records.span(fresh).observed > 0 || records.span(old).observed === 0;

  const replaces = (old: number, fresh: number): boolean => mayReplace(old, fresh) && isBefore(old, fresh);

  /** The devices whose place it took, and those that took its place, the newest last. */
  const replacements = (plc: number): Replacement[] =>
    rivals(plc)
      .flatMap(({ plc: other, address }): Replacement[] =>
        replaces(plc, other)
          ? [{ old: plc, fresh: other, address, at: firstOf(other) }]
          : replaces(other, plc)
            ? [{ old: other, fresh: plc, address, at: firstOf(plc) }]
            : [],
      )
      .sort((a, b) => a.at - b.at || a.fresh - b.fresh);

  /** Replaced while the other device at its address was heard only after it; live otherwise. Says what became of it. */
  const restate = (plc: number): { was: PlcRow['state']; is: PlcRow['state']; by: Replacement | undefined } => {
    const row = records.byId(plc);
    if (row === undefined || row.state === 'merged') return { was: 'merged', is: 'merged', by: undefined };
    const by = replacements(plc).findLast(({ old }) => old === plc);
    const is = by === undefined ? 'live' : 'replaced';
    if (row.state !== is || row.into_plc !== (by?.fresh ?? null)) records.setState(plc, is, by?.fresh ?? null);
    return { was: row.state, is, by };
  };

  /** Whose rows and states may change with this record: who shares a weak key with it. */
  const neighbours = (plc: number): number[] => records.sharing(plc, 2, maxNeighbours).map(({ plc: other }) => other);

  return { rekey, restate, rivals, replaces, replacements, neighbours };
};

export type RecordState = ReturnType<typeof recordState>;
