import type { Database } from '../../platform/database.ts';
import { type Covered, coverPackage, fixedOf, type PackageCoordinates } from './cover.ts';
import { moduledQualifiers } from './snapshot-queries.ts';

// Passes the coordinates of a site and the packages of the attached snapshot once, side by side.

// Two covering indexes; the packages in the order of their rows, where their records lie.
const coordinatesOf = (packages: string, number: string): string => `
SELECT p.id, c.id, c.key
FROM ${packages} CROSS JOIN snap.eco e ON e.id = p.eco
CROSS JOIN main.coord c INDEXED BY coord_key ON c.eco = e.name AND c.name = p.name
WHERE ${number} BETWEEN ? AND ? ORDER BY ${number}, c.key`;

/** The join of every package with every coordinate; exported for the test of its plan. */
export const ALL_COORDINATES = coordinatesOf('snap.pkg p', 'p.id');
const CHANGED_COORDINATES = coordinatesOf('snap.change_pkg t CROSS JOIN snap.pkg p ON p.id = t.pkg', 't.pkg');

export type PackageHits = {
  readonly data: Buffer;
  readonly ids: readonly number[];
  readonly covered: readonly Covered[];
};

/** Packages whose coordinates are read in one go. */
const packagesAtOnce = 8_192;

/** Calls with what the snapshot says about the coordinates of each package, of all or of those that differ from its base. */
export const eachPackage = (db: Database, scope: 'all' | 'changed', use: (hits: PackageHits) => void): void => {
  const moduled = moduledQualifiers(db, 'snap');
  const recordsOf = db.prepare<[number], Buffer>('SELECT records FROM snap.pkg WHERE id = ?').pluck();
  const versionOf = db.prepare<[number], string>('SELECT version FROM main.coord WHERE id = ?').pluck();
  const rows = db
    .prepare<[number, number], [number, number, Buffer | null]>(scope === 'all' ? ALL_COORDINATES : CHANGED_COORDINATES)
    .raw();
  const last = db.prepare<[], number>('SELECT ifnull(max(id), 0) FROM snap.pkg').pluck().get() ?? 0;
  const judge = (pkg: number, ids: readonly number[], keys: readonly (Buffer | null)[]): void => {
    const data = recordsOf.get(pkg);
    if (data === undefined || ids.length === 0) return;
    const coordinates: PackageCoordinates = { ids, keys, version: (place) => versionOf.get(ids[place] ?? 0) ?? '' };
    use({ data, ids, covered: coverPackage(data, coordinates, moduled) });
  };
  // Read to the end before anything is written: a connection does not do both at once.
  for (let from = 1; from <= last; from += packagesAtOnce) {
    let pkg = 0;
    let ids: number[] = [];
    let keys: (Buffer | null)[] = [];
    for (const [of, id, key] of rows.all(from, from + packagesAtOnce - 1)) {
      if (of !== pkg) {
        judge(pkg, ids, keys);
        pkg = of;
        ids = [];
        keys = [];
      }
      ids.push(id);
      keys.push(key);
    }
    judge(pkg, ids, keys);
  }
};

/** Calls with each hit. */
export const eachHit = (
  db: Database,
  scope: 'all' | 'changed',
  use: (coord: number, adv: number, state: number, fixed: string | null) => void,
): void =>
  eachPackage(db, scope, ({ data, ids, covered }) => {
    for (const [place, one] of covered.entries())
      for (const [n, adv] of one.advs.entries())
        use(ids[place] as number, adv, one.states[n] as number, fixedOf(data, one, n));
  });
