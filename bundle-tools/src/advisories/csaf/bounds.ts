// What the version text of a leaf can mean.

export type Bound = { version: string; inclusive: boolean };
export type Interval = { low?: Bound; high?: Bound };

export type ReviewReason =
  /** No version at all. */
  | 'none'
  /** Holds only under a condition: a patch, an edition, an option. */
  | 'condition'
  /** A model, an order number or a catalogue number where a version should be. */
  | 'model'
  /** Decided by a serial number. */
  | 'serial'
  | 'date'
  /** `3.X.17`, `2.2.2 *`. */
  | 'wildcard'
  /** The version of another part: BIOS, operating system, a library. */
  | 'part'
  /** Several statements that do not combine. */
  | 'mixed'
  | 'text';

/** What the bounds apply to: by default the product's own version. */
export type Measure = 'version' | 'bios' | 'date' | 'serial';

export type LeafVersions =
  | { kind: 'all' }
  /** `serial`: bounds of the first digits of the serial number, as many as a bound has. `date`: `YYYY.M.D`. */
  | {
      kind: 'intervals';
      of: Measure;
      intervals: readonly Interval[];
      /** Between the fixed versions of several branches: fixed in its own branch, and yet before the last one that is named. */
      unsure?: readonly Interval[];
    }
  | { kind: 'review'; reason: ReviewReason };
