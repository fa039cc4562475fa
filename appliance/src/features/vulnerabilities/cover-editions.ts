import { isPaidBuild, PAID_STREAM } from '@sallyport/bundle-tools/versions/edition';
import { type Covered, coverPackage, type PackageComponents, type Qualifiers } from './cover.ts';
import { RANGE, readRecord, recordsOf } from './package-records.ts';

// What records do to components where a release has an edition that is paid for. Both editions have the same packages, so records of
// either speak of what is installed: where everybody gets a fix it counts, else what the edition fixes is fixed in it alone.

/** What feeds say of one package: for everybody, and in the edition; empty: nothing. */
export type PackageRecords = { readonly plain: Buffer; readonly paid: Buffer };

/** The highest bound of the ranges that name a fix, by advisory: where it lies in the records. */
type FixBounds = ReadonlyMap<number, readonly [start: number, end: number]>;

const fixBounds = (data: Buffer): FixBounds => {
  const bounds = new Map<number, readonly [number, number]>();
  const cursor = recordsOf(data);
  const { starts, ends } = cursor;
  while (readRecord(cursor)) {
    if (cursor.kind !== RANGE || starts[2] === ends[2]) continue;
    const held = bounds.get(cursor.adv);
    if (held === undefined || data.compare(data, held[0], held[1], starts[1], ends[1]) > 0)
      bounds.set(cursor.adv, [starts[1], ends[1]]);
  }
  return bounds;
};

const emptyCovered = (): Covered => ({
  advs: [],
  states: [],
  fixedStarts: [],
  fixedEnds: [],
  hiStarts: [],
  hiEnds: [],
});

const push = (into: Covered, from: Covered, n: number, state: number, offset: number): void => {
  into.advs.push(from.advs[n] as number);
  into.states.push(state);
  for (const name of ['fixedStarts', 'fixedEnds', 'hiStarts', 'hiEnds'] as const)
    into[name].push((from[name][n] as number) + offset);
};

/** The components without the stream of the edition, which no record names. */
const withoutEdition = (components: PackageComponents): PackageComponents =>
  components.streams.includes(PAID_STREAM)
    ? { ...components, streams: components.streams.map((stream) => (stream === PAID_STREAM ? '' : stream)) }
    : components;

/**
 * What the records of a package do to each of its components, and the bytes that this points into. A fix that the edition alone
 * has is none for who does not have the edition: the state says so and the version stays (`fixed` of a state without a fix).
 */
export const coverEditions = (
  { plain, paid }: PackageRecords,
  components: PackageComponents,
  qualifiers: Qualifiers,
): { data: Buffer; covered: readonly Covered[] } => {
  const asked = withoutEdition(components);
  const ofPlain = coverPackage(plain, asked, qualifiers);
  if (paid.length === 0) return { data: plain, covered: ofPlain };
  const ofPaid = coverPackage(paid, asked, qualifiers);
  const plainFixes = fixBounds(plain);
  const paidFixes = fixBounds(paid);
  const offset = plain.length;
  const covered = components.ids.map((_, place) => {
    const one = ofPlain[place] as Covered;
    const other = ofPaid[place] as Covered;
    const key = components.keys[place];
    const isPast = (adv: number): boolean => {
      const bound = paidFixes.get(adv);
      return bound !== undefined && key != null && paid.compare(key, 0, key.length, bound[0], bound[1]) >= 0;
    };
    let isPaid: boolean | undefined;
    const hasEdition = (): boolean =>
      (isPaid ??= components.streams[place] === PAID_STREAM || isPaidBuild(components.version(place)));
    const joined = emptyCovered();
    const pushPaid = (n: number): void => {
      const isFixed = other.fixedStarts[n] !== other.fixedEnds[n];
      const state = other.states[n] as number;
      push(joined, other, n, isFixed && !hasEdition() ? state + 1 : state, offset);
    };
    let [p, q] = [0, 0];
    while (p < one.advs.length || q < other.advs.length) {
      const a = one.advs[p] ?? Number.POSITIVE_INFINITY;
      const b = other.advs[q] ?? Number.POSITIVE_INFINITY;
      if (a < b) {
        // Nothing fixes it for everybody, and this version is past what fixes it in the edition.
        if (plainFixes.has(a) || !isPast(a)) push(joined, one, p, one.states[p] as number, 0);
      } else if (a > b) {
        if (!plainFixes.has(b)) pushPaid(q);
      } else if (plainFixes.has(a) || !paidFixes.has(a)) push(joined, one, p, one.states[p] as number, 0);
      else pushPaid(q);
      if (a <= b) p += 1;
      if (b <= a) q += 1;
    }
    return joined;
  });
  return { data: Buffer.concat([plain, paid]), covered };
};
