import { AFFECTED_FIX, REVIEW_FIX } from './match-state.ts';
import { EXACT, RANGE, type RecordCursor, readRecord, recordsOf } from './package-records.ts';

// Which components of one package its records cover. Everything is judged here: a fleet, the packages that an import
// changed, a component that was never seen.

/** The components of one package, those whose version has no key first, then by rising key. */
export type PackageComponents = {
  readonly ids: readonly number[];
  readonly keys: readonly (Uint8Array | null)[];
  /** Asked only where versions are listed one by one. */
  readonly version: (place: number) => string;
};

/** What advisories do to one component: rising by advisory, each once. */
export type Covered = {
  readonly advs: number[];
  /** As `matchState` numbers them. */
  readonly states: number[];
  /** The version that fixes it, as bytes of the records from a place to a place; empty: none is known. */
  readonly fixedStarts: number[];
  readonly fixedEnds: number[];
  /** Where the upper bound of the record that counts lies. */
  readonly hiStarts: number[];
  readonly hiEnds: number[];
};

const nothing = (): Covered => ({ advs: [], states: [], fixedStarts: [], fixedEnds: [], hiStarts: [], hiEnds: [] });

const compare = (data: Buffer, start: number, end: number, other: Uint8Array, from: number, to: number): number => {
  const most = Math.min(end - start, to - from);
  for (let n = 0; n < most; n += 1) {
    const difference = (data[start + n] as number) - (other[from + n] as number);
    if (difference !== 0) return difference;
  }
  return end - start - (to - from);
};

/** The first keyed component whose key is not below a bound. */
const firstFrom = (keys: PackageComponents['keys'], unkeyed: number, data: Buffer, start: number, end: number) => {
  let low = unkeyed;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const key = keys[middle] as Uint8Array;
    if (compare(data, start, end, key, 0, key.length) > 0) low = middle + 1;
    else high = middle;
  }
  return low;
};

const isHighest = ({ data, starts, ends }: RecordCursor): boolean =>
  ends[1] - starts[1] === 4 && data.readUInt32BE(starts[1]) === 0xffffffff;

/**
 * Of several records of one advisory "affected" goes over "review"; then the range that reaches highest names the fix, and
 * one that has a fix goes over one that has none. So the order of the records does not matter.
 */
const put = (
  covered: Covered,
  cursor: RecordCursor,
  verdict: number,
  fixed: 0 | 1 | 2 | undefined,
  isBounded: boolean,
): void => {
  const { advs, states, fixedStarts, fixedEnds, hiStarts, hiEnds } = covered;
  const { data, starts, ends } = cursor;
  const fixedStart = fixed === undefined ? 0 : starts[fixed];
  const fixedEnd = fixed === undefined ? 0 : ends[fixed];
  const hiStart = isBounded ? starts[1] : 0;
  const hiEnd = isBounded ? ends[1] : 0;
  const state = verdict + (fixedStart === fixedEnd ? 1 : 0);
  const last = advs.length - 1;
  if (advs[last] !== cursor.adv) {
    advs.push(cursor.adv);
    states.push(state);
    fixedStarts.push(fixedStart);
    fixedEnds.push(fixedEnd);
    hiStarts.push(hiStart);
    hiEnds.push(hiEnd);
    return;
  }
  const held = states[last] as number;
  const order =
    (held < REVIEW_FIX ? 1 : 0) - (verdict < REVIEW_FIX ? 1 : 0) ||
    compare(data, hiStarts[last] as number, hiEnds[last] as number, data, hiStart, hiEnd) ||
    compare(data, fixedStarts[last] as number, fixedEnds[last] as number, data, fixedStart, fixedEnd);
  if (order >= 0) return;
  states[last] = state;
  fixedStarts[last] = fixedStart;
  fixedEnds[last] = fixedEnd;
  hiStarts[last] = hiStart;
  hiEnds[last] = hiEnd;
};

/** What the records of a package do to each of its components. `moduled` are the qualifiers that name a module stream. */
export const coverPackage = (
  data: Buffer,
  components: PackageComponents,
  moduled: ReadonlySet<number>,
): readonly Covered[] => {
  const { ids, keys, version } = components;
  const covered = ids.map(nothing);
  let unkeyed = 0;
  while (unkeyed < keys.length && keys[unkeyed] === null) unkeyed += 1;
  let versions: Map<string, number[]> | undefined;
  const placesOf = (text: string): readonly number[] => {
    if (versions === undefined) {
      versions = new Map();
      for (let place = 0; place < ids.length; place += 1) {
        const held = versions.get(version(place));
        if (held === undefined) versions.set(version(place), [place]);
        else held.push(place);
      }
    }
    return versions.get(text) ?? [];
  };
  const cursor = recordsOf(data);
  const { starts, ends } = cursor;
  while (readRecord(cursor)) {
    if (cursor.kind === RANGE) {
      // Without the device's module streams a range of a module cannot be decided; so a person looks.
      const verdict = moduled.has(cursor.qual) ? REVIEW_FIX : AFFECTED_FIX;
      const from = starts[0] === ends[0] ? unkeyed : firstFrom(keys, unkeyed, data, starts[0], ends[0]);
      const to = isHighest(cursor) ? keys.length : firstFrom(keys, unkeyed, data, starts[1], ends[1]);
      for (let place = from; place < to; place += 1) put(covered[place] as Covered, cursor, verdict, 2, true);
      // A version without a key: affected where the range has no bounds, otherwise nobody can say.
      const isAll = starts[0] === ends[0] && isHighest(cursor);
      for (let place = 0; place < unkeyed; place += 1)
        put(covered[place] as Covered, cursor, isAll ? verdict : REVIEW_FIX, 2, true);
    } else if (cursor.kind === EXACT) {
      for (const place of placesOf(data.toString('utf8', starts[0], ends[0])))
        put(covered[place] as Covered, cursor, AFFECTED_FIX, undefined, false);
    } else {
      for (const one of covered) put(one, cursor, REVIEW_FIX, 1, false);
    }
  }
  return covered;
};

/** The version that fixes entry `n`; null: none is known. */
export const fixedOf = (data: Buffer, { fixedStarts, fixedEnds }: Covered, n: number): string | null =>
  fixedStarts[n] === fixedEnds[n] ? null : data.toString('utf8', fixedStarts[n], fixedEnds[n]);
