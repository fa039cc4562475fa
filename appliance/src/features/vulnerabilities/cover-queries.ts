import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { Covered, PackageComponents } from './cover.ts';
import { coverEditions } from './cover-editions.ts';
import { COMPONENTS_OF, recordsOfEditions } from './edition-queries.ts';
import { hitArena } from './hit-bytes.ts';
import { readQualifiers } from './snapshot-queries.ts';

// Passes the components of a site and the packages of the attached snapshot once, side by side.

// Two covering indexes; the packages in the order of their rows, where their records lie.
const componentsOf = (packages: string, number: string): string => `
SELECT p.id, c.id, c.key, c.stream
FROM ${packages} CROSS JOIN snap.eco e ON e.id = p.eco
CROSS JOIN main.component c INDEXED BY component_key ON c.eco = ${COMPONENTS_OF('e.name')} AND c.name = p.name
WHERE ${number} BETWEEN ? AND ? ORDER BY ${number}, c.key`;

/** The join of every package with every component; exported for the test of its plan. */
export const ALL_COMPONENTS = componentsOf('snap.pkg p', 'p.id');
const CHANGED_COMPONENTS = componentsOf('snap.change_pkg t CROSS JOIN snap.pkg p ON p.id = t.pkg', 't.pkg');

type PackageHits = {
  readonly data: Buffer;
  readonly ids: readonly number[];
  readonly covered: readonly Covered[];
};

/** Packages whose components are read in one go. */
const packagesAtOnce = 8_192;

/** Calls with what the snapshot says about the components of each package, of all or of those that differ from its base. */
const eachPackage = (db: Database, scope: 'all' | 'changed', use: (hits: PackageHits) => void): void => {
  const sql = statements(db);
  const qualifiers = readQualifiers(db, 'snap');
  const recordsOf = recordsOfEditions(db, 'snap');
  const versionOf = sql.value<[number], string>('SELECT version FROM main.component WHERE id = ?');
  const rows = db
    .prepare<[number, number], [number, number, Buffer | null, string]>(
      scope === 'all' ? ALL_COMPONENTS : CHANGED_COMPONENTS,
    )
    .raw();
  const last = db.prepare<[], number>('SELECT ifnull(max(id), 0) FROM snap.pkg').pluck().get() ?? 0;
  const judgeOne = (
    pkg: number,
    ids: readonly number[],
    keys: readonly (Buffer | null)[],
    streams: readonly string[],
  ): void => {
    const records = recordsOf(pkg);
    if (records === undefined || ids.length === 0) return;
    const components: PackageComponents = {
      ids,
      keys,
      streams,
      version: (place) => versionOf(ids[place] ?? 0) ?? '',
    };
    use({ ids, ...coverEditions(records, components, qualifiers) });
  };
  // Read to the end before anything is written: a connection does not do both at once.
  for (let from = 1; from <= last; from += packagesAtOnce) {
    let pkg = 0;
    let ids: number[] = [];
    let keys: (Buffer | null)[] = [];
    let streams: string[] = [];
    for (const [of, id, key, stream] of rows.all(from, from + packagesAtOnce - 1)) {
      if (of !== pkg) {
        judgeOne(pkg, ids, keys, streams);
        pkg = of;
        ids = [];
        keys = [];
        streams = [];
      }
      ids.push(id);
      keys.push(key);
      streams.push(stream);
    }
    judgeOne(pkg, ids, keys, streams);
  }
};

/** What the snapshot does to the components of the packages that were looked at. */
export type Judged = {
  /** Rising. */
  readonly components: Uint32Array;
  /** As hit-bytes.ts packs them; empty: nothing is published that covers it. */
  hitsOf(component: number): Buffer;
};

/** Judges all components, or those of packages that differ from the snapshot's base. */
export const judge = (db: Database, scope: 'all' | 'changed'): Judged => {
  const last = db.prepare<[], number>('SELECT ifnull(max(id), 0) FROM main.component').pluck().get() ?? 0;
  const starts = new Float64Array(last + 1);
  const ends = new Float64Array(last + 1);
  const seen = new Uint8Array(last + 1);
  const arena = hitArena(1 << 20);
  let count = 0;
  eachPackage(db, scope, ({ data, ids, covered }) => {
    for (let place = 0; place < ids.length; place += 1) {
      const component = ids[place] as number;
      const { advs, states, fixedStarts, fixedEnds } = covered[place] as Covered;
      // A package that both editions have is met twice, with the same records.
      if (seen[component] === 0) count += 1;
      seen[component] = 1;
      starts[component] = arena.at();
      for (let n = 0; n < advs.length; n += 1)
        arena.push(advs[n] as number, states[n] as number, data, fixedStarts[n] as number, fixedEnds[n] as number);
      ends[component] = arena.at();
    }
  });
  const components = new Uint32Array(count);
  let at = 0;
  for (let component = 0; component <= last; component += 1)
    if (seen[component] === 1) {
      components[at] = component;
      at += 1;
    }
  return { components, hitsOf: (component) => arena.bytes(starts[component] ?? 0, ends[component] ?? 0) };
};
