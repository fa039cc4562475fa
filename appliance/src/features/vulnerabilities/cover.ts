import { isOfLine } from '@sallyport/bundle-tools/versions/life-cycle';
import { isModuleBuild, streamIn } from '@sallyport/bundle-tools/versions/module-stream';
import { AFFECTED_FIX, REVIEW_FIX } from './match-state.ts';
import { EXACT, RANGE, type RecordCursor, readRecord, recordsOf } from './package-records.ts';

// Which components of one package its records cover. Everything is judged here: a fleet, the packages that an import
// changed, a component that was never seen.

/** The components of one package, those whose version has no key first, then by rising key. */
export type PackageComponents = {
  readonly ids: readonly number[];
  readonly keys: readonly (Uint8Array | null)[];
  /** The module stream of each, by its label; empty: none. */
  readonly streams: readonly string[];
  /** Asked only where versions are listed one by one, or records of modules meet a package without a label. */
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

/** The streams that a qualifier names. */
type ModuleStreams = ReadonlyMap<number, ReadonlySet<string>>;

/** Qualifiers by what they say. */
export type Qualifiers = {
  readonly streams: ModuleStreams;
  /** The life-cycle that each names: Red Hat's. */
  readonly lifeCycles: ReadonlyMap<number, string>;
};

const STREAM_VERDICTS = { yes: AFFECTED_FIX, unsure: REVIEW_FIX, no: null } as const;

/**
 * What a record of module streams does to a version: it is about its stream, or a person has to look (null: it is about another
 * one, or about none). Without a label a build of a module is of some stream; what says to be no such build is of none.
 */
const streamVerdict = (named: ReadonlySet<string>, stream: string, version: () => string): number | null => {
  if (stream !== '') return STREAM_VERDICTS[streamIn(named, stream)];
  const text = version();
  return isModuleBuild(text) || !text.includes('-') ? REVIEW_FIX : null;
};

/** What the records of a package do to each of its components. */
export const coverPackage = (
  data: Buffer,
  components: PackageComponents,
  { streams: moduled, lifeCycles }: Qualifiers,
): readonly Covered[] => {
  const { ids, keys, streams, version } = components;
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
  const isStreamed = streams.some((stream) => stream !== '');
  /** What a range does to a version that it covers; null: it is not about it. */
  const verdictAt = (named: ReadonlySet<string> | undefined, place: number): number | null => {
    const lifeCycle = lifeCycles.size === 0 ? undefined : lifeCycles.get(cursor.qual);
    if (lifeCycle !== undefined && starts[2] !== ends[2])
      if (!isOfLine(lifeCycle, data.toString('utf8', starts[2], ends[2]), version(place))) {
        // The fix of another line than the build may be of: it may have been fixed there.
        const verdict = named && streamVerdict(named, streams[place] as string, () => version(place));
        return verdict === null ? null : REVIEW_FIX;
      }
    if (named !== undefined) return streamVerdict(named, streams[place] as string, () => version(place));
    // A fix outside of modules is none of a stream's; where nothing is fixed the record is about the package anywhere.
    return isStreamed && streams[place] !== '' && starts[2] !== ends[2] ? null : AFFECTED_FIX;
  };
  while (readRecord(cursor)) {
    if (cursor.kind === RANGE) {
      const named = moduled.get(cursor.qual);
      const from = starts[0] === ends[0] ? unkeyed : firstFrom(keys, unkeyed, data, starts[0], ends[0]);
      const to = isHighest(cursor) ? keys.length : firstFrom(keys, unkeyed, data, starts[1], ends[1]);
      for (let place = from; place < to; place += 1) {
        const verdict = verdictAt(named, place);
        if (verdict !== null) put(covered[place] as Covered, cursor, verdict, 2, true);
      }
      // A version without a key: affected where the range has no bounds, otherwise undecided.
      const isAll = starts[0] === ends[0] && isHighest(cursor);
      for (let place = 0; place < unkeyed; place += 1) {
        const verdict = verdictAt(named, place);
        if (verdict !== null) put(covered[place] as Covered, cursor, isAll ? verdict : REVIEW_FIX, 2, true);
      }
    } else if (cursor.kind === EXACT) {
      for (const place of placesOf(data.toString('utf8', starts[0], ends[0])))
        put(covered[place] as Covered, cursor, AFFECTED_FIX, undefined, false);
    } else {
      const named = moduled.get(cursor.qual);
      for (let place = 0; place < ids.length; place += 1)
        if (named === undefined || streamVerdict(named, streams[place] as string, () => version(place)) !== null)
          put(covered[place] as Covered, cursor, REVIEW_FIX, 1, false);
    }
  }
  return covered;
};

/** The version that fixes entry `n`; null: none is known. */
export const fixedOf = (data: Buffer, { fixedStarts, fixedEnds }: Covered, n: number): string | null =>
  fixedStarts[n] === fixedEnds[n] ? null : data.toString('utf8', fixedStarts[n], fixedEnds[n]);
