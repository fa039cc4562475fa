import { type Key, type KeyKind, type ReadingKeys, strengthOf } from './keys.ts';
import type { ControllerRow, RecordStore } from './record-store.ts';

// Which record a reading is about (OT 2.3). Only certain keys decide, and none of them against a serial number.

export type Resolution = {
  controller: number | undefined;
  matchedBy: KeyKind | 'named' | 'agreed' | null;
  /** Records that turn out to be the same, by keys that decide. */
  alsoSame: number[];
  /** A certain key fits, and the serial number says otherwise. */
  contradicts: number[];
};

export const serialsOf = (keys: readonly Key[]): string[] =>
  keys.filter(({ kind }) => kind === 'number').map(({ value }) => value);

/** Both have a serial number, and not the same. */
export const serialsDiffer = (one: readonly string[], two: readonly string[]): boolean =>
  one.length > 0 && two.length > 0 && !one.some((serial) => two.includes(serial));

/** Kinds of keys that decide, the strongest first. */
export const keyOrder: readonly KeyKind[] = ['serial', 'mac', 'row', 'seen', 'here'];

export const resolver = (records: RecordStore) => {
  /** Follows merges to the record that there is. */
  const current = (id: number): ControllerRow | undefined => {
    let row = records.byId(id);
    for (let steps = 0; row?.state === 'merged' && row.into_controller !== null && steps < 64; steps += 1)
      row = records.byId(row.into_controller);
    return row;
  };

  return {
    current,
    resolve: ({ keys, serial }: ReadingKeys, named: number | undefined): Resolution => {
      const own = serial === undefined ? [] : [serial];
      const differs = (controller: number): boolean => serialsDiffer(own, serialsOf(records.keys(controller)));
      const contradicts: number[] = [];
      if (named !== undefined) {
        if (!differs(named)) return { controller: named, matchedBy: 'named', alsoSame: [], contradicts };
        contradicts.push(named);
      }
      const fits: { controller: number; by: KeyKind | 'agreed' }[] = [];
      const consider = (controller: number, by: KeyKind | 'agreed'): void => {
        if (fits.some((fit) => fit.controller === controller) || contradicts.includes(controller)) return;
        if (by !== 'serial' && differs(controller)) contradicts.push(controller);
        else fits.push({ controller, by });
      };
      for (const kind of keyOrder)
        for (const key of keys)
          if (key.kind === kind) for (const controller of records.controllersByKey(key)) consider(controller, kind);
      if (fits.length === 0)
        for (const key of keys)
          if (strengthOf[key.kind] >= 2)
            for (const controller of records.agreed(key)) if (!differs(controller)) consider(controller, 'agreed');
      const [first, ...rest] = fits;
      if (first === undefined) return { controller: undefined, matchedBy: null, alsoSame: [], contradicts };
      // One after the other: two that have different serial numbers do not both join one that has none.
      const held = [...serialsOf(records.keys(first.controller))];
      const alsoSame = rest
        .map(({ controller }) => controller)
        .filter((controller) => {
          const theirs = serialsOf(records.keys(controller));
          if (serialsDiffer(held, theirs)) return false;
          held.push(...theirs);
          return true;
        });
      return { controller: first.controller, matchedBy: first.by, alsoSame, contradicts };
    },
  };
};

export type Resolver = ReturnType<typeof resolver>;
