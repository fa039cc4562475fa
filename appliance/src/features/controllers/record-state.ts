import { type Key, keysOf, strengthOf } from './keys.ts';
import type { ControllerRow, RecordStore } from './record-store.ts';
import { serialsDiffer, serialsOf } from './resolve.ts';
import type { FactRow, ReadingStore } from './store.ts';

// What follows for a record from its readings, besides effectiveValues: its keys, and whether another one took its place.

const readingGroups = (facts: readonly FactRow[]): Map<number, FactRow[]> =>
  Map.groupBy(facts, ({ reading }) => reading);

/** The keys of each reading of a record. */
export const keysByReading = (facts: readonly FactRow[]): Map<number, Key[]> =>
  new Map(
    [...readingGroups(facts)].map(([reading, group]) => {
      const first = group[0];
      return [reading, first === undefined ? [] : keysOf(first.batch, first, group).keys] as const;
    }),
  );

const maxNeighbours = 50;

type Rival = { controller: number; address: string };
type Replacement = { old: number; fresh: number; address: string; at: number };

export const recordState = (
  store: ReadingStore,
  records: RecordStore,
  isApart: (one: number, two: number) => boolean,
) => {
  /** Makes the keys of a record those of its readings; `facts` are all of its. */
  const reindex = (controller: number, facts: readonly FactRow[] = store.factsOf(controller)): void => {
    const wanted = new Map([...keysByReading(facts).values()].flat().map((key) => [`${key.kind} ${key.value}`, key]));
    for (const key of records.keys(controller)) {
      const name = `${key.kind} ${key.value}`;
      if (wanted.has(name)) wanted.delete(name);
      else records.removeKey(key, controller);
    }
    for (const key of wanted.values()) records.addKey(key, controller, strengthOf[key.kind]);
  };

  const lastOf = (controller: number): number => {
    const { last, lastAny } = records.span(controller);
    return last ?? lastAny ?? Number.POSITIVE_INFINITY;
  };
  const firstOf = (controller: number): number => {
    const { first, firstAny } = records.span(controller);
    return first ?? firstAny ?? Number.NEGATIVE_INFINITY;
  };

  /** All that is known of the one is older than all that is known of the other. */
  const isBefore = (old: number, fresh: number): boolean => lastOf(old) < firstOf(fresh);

  const addressesOf = (controller: number): string[] => [...new Set(records.addresses(controller))];

  /** Devices reported at this one's address and have another serial number. */
  const rivals = (controller: number): Rival[] => {
    const serials = serialsOf(records.keys(controller));
    if (serials.length === 0) return [];
    return addressesOf(controller).flatMap((address) =>
      records
        .controllersByKey({ kind: 'ip', value: address })
        .filter((other) => other !== controller && !isApart(controller, other))
        .filter((other) => serialsDiffer(serials, serialsOf(records.keys(other))))
        .filter((other) => addressesOf(other).includes(address))
        .map((other) => ({ controller: other, address })),
    );
  };

  /** A list does not replace what was heard on the network. */
  const mayReplace = (old: number, fresh: number): boolean =>
    records.span(fresh).observed > 0 || records.span(old).observed === 0;

  const isReportedAt = (controller: number, address: string): boolean =>
    store
      .factsOf(controller)
      .some((fact) => fact.field === 'address' && fact.value === address && fact.method !== 'manual');

  /** An address that was entered by hand takes no place: who enters it may not reach the one that has it. */
  const replaces = (old: number, fresh: number, address?: string): boolean =>
    mayReplace(old, fresh) && isBefore(old, fresh) && (address === undefined || isReportedAt(fresh, address));

  /** The devices whose place it took, and those that took its place, the newest last. */
  const replacements = (controller: number): Replacement[] =>
    rivals(controller)
      .flatMap(({ controller: other, address }): Replacement[] =>
        replaces(controller, other, address)
          ? [{ old: controller, fresh: other, address, at: firstOf(other) }]
          : replaces(other, controller, address)
            ? [{ old: other, fresh: controller, address, at: firstOf(controller) }]
            : [],
      )
      .sort((a, b) => a.at - b.at || a.fresh - b.fresh);

  /** Replaced while the other device at its address was heard only after it; live otherwise. Says what became of it. */
  const recomputeState = (
    controller: number,
  ): { was: ControllerRow['state']; is: ControllerRow['state']; by: Replacement | undefined } => {
    const row = records.byId(controller);
    if (row === undefined || row.state === 'merged') return { was: 'merged', is: 'merged', by: undefined };
    const by = replacements(controller).findLast(({ old }) => old === controller);
    const is = by === undefined ? 'live' : 'replaced';
    if (row.state !== is || row.into_controller !== (by?.fresh ?? null))
      records.setState(controller, is, by?.fresh ?? null);
    return { was: row.state, is, by };
  };

  /** Whose rows and states may change with this record: who shares a weak key with it. */
  const neighbours = (controller: number): number[] =>
    records.sharing(controller, 2, maxNeighbours).map(({ controller: other }) => other);

  return { reindex, recomputeState, rivals, replaces, replacements, neighbours };
};

export type RecordState = ReturnType<typeof recordState>;
