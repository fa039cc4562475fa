import { isDeepStrictEqual } from 'node:util';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import type { Database } from '../../platform/database.ts';
import { AFFECTED_FIX } from './match-state.ts';

// What a newer version closes, kept per coordinate (coord_fix) and per source package over the coordinates that devices have
// (source_fix). Both change in the transaction that changes matches, or that gives a coordinate its first device or takes its
// last.

type Closable = readonly [coord: number, source: number, eco: string, fixed: string, worst: number];

type CoordFix = {
  coord: number;
  source: number;
  fixed: string;
  key: Uint8Array | null;
  act: number;
  attend: number;
  track_star: number;
  track: number;
  unkeyed: number;
  worst: number;
};

/** In the order of DECISIONS. */
const COUNTS = ['act', 'attend', 'track_star', 'track'] as const;
const FIX_COLUMNS = ['source', 'fixed', 'key', ...COUNTS, 'unkeyed', 'worst'] as const;

/** The findings of coordinates that a newer version closes, those of one coordinate together. */
const closable = (from: string, where: string, judged: string): string => `
SELECT m.coord, s.source, p.eco, m.fixed, g.decision * 10 + g.severity
FROM ${from} CROSS JOIN ${judged} g ON g.adv = m.adv CROSS JOIN main.coord_source s ON s.coord = m.coord
CROSS JOIN main.source_package p ON p.id = s.source
WHERE ${where} AND m.until IS NULL AND m.state = ${AFFECTED_FIX} AND m.fixed IS NOT NULL`;

/** `judged`: a table with the decision and severity of every advisory. */
const allClosable = (judged: string): string => closable('main.match m', 'm.coord BETWEEN ? AND ?', judged);
const TOUCHED_CLOSABLE = closable(
  'temp.touched t CROSS JOIN main.match m ON m.coord = t.coord',
  'true',
  'main.match_advisory',
);
const ONE_CLOSABLE = closable('main.match m', 'm.coord = ?', 'main.match_advisory');

/** What the coordinates of some packages come to; `where` chooses among the fixes `f`. */
const sourceFix = (where: string): string => `
SELECT ${FIX_COLUMNS.join(', ')} FROM (
  SELECT f.source AS source, f.fixed AS fixed, f.key AS key, ${COUNTS.map((name) => `sum(f.${name}) OVER package AS ${name}`).join(', ')},
    sum(f.unkeyed) OVER package AS unkeyed, min(f.worst) OVER package AS worst,
    row_number() OVER (PARTITION BY f.source ORDER BY f.key DESC, f.fixed) AS place
  FROM coord_fix f CROSS JOIN coord_count held ON held.id = f.coord
  WHERE held.devices > 0 AND ${where} WINDOW package AS (PARTITION BY f.source)) WHERE place = 1`;

const PUT_SOURCES = `INSERT INTO source_fix (${FIX_COLUMNS.join(', ')})`;
const SOURCES_OF = (coords: string): string => `SELECT source FROM coord_source WHERE coord IN (${coords})`;
const GIVEN = 'SELECT value FROM json_each(?)';

/** Coordinates whose matches are read in one go. */
const coordsAtOnce = 4_096;

/** Whether a key, or the text where the keys are the same, is of the higher version. */
const isHigher = (key: Uint8Array | null, fixed: string, than: CoordFix): boolean => {
  if (key === null || than.key === null) return key === null && than.key === null ? fixed < than.fixed : key !== null;
  const order = Buffer.compare(key, than.key);
  return order > 0 || (order === 0 && fixed < than.fixed);
};

/** Adds up findings, those of one coordinate together. Advisories name the same versions over and over: keys are kept. */
const summing = () => {
  const keys = new Map<string, Map<string, Uint8Array | null>>();
  const keyOf = (eco: string, fixed: string): Uint8Array | null => {
    const known = keys.get(eco) ?? new Map<string, Uint8Array | null>();
    keys.set(eco, known);
    const held = known.get(fixed);
    if (held !== undefined) return held;
    const key = keyFor(eco, fixed);
    known.set(fixed, key);
    return key;
  };
  return (rows: Iterable<Closable>): CoordFix[] => {
    const fixes: CoordFix[] = [];
    let last: CoordFix | undefined;
    for (const [coord, source, eco, fixed, worst] of rows) {
      const key = keyOf(eco, fixed);
      if (last?.coord !== coord) {
        last = { coord, source, fixed, key, act: 0, attend: 0, track_star: 0, track: 0, unkeyed: 0, worst };
        fixes.push(last);
      } else if (isHigher(key, fixed, last)) {
        last.fixed = fixed;
        last.key = key;
      }
      last[COUNTS[Math.floor(worst / 10)] ?? 'track'] += 1;
      if (key === null) last.unkeyed += 1;
      last.worst = Math.min(last.worst, worst);
    }
    return fixes;
  };
};

const writer = (db: Database) => {
  const columns = ['coord', ...FIX_COLUMNS];
  const put = db.prepare(
    `INSERT INTO coord_fix (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`,
  );
  return (fixes: readonly CoordFix[]): void => {
    for (const fix of fixes) put.run(fix);
  };
};

/** What the matches of every coordinate come to, some coordinates at a time. */
const allFixes = function* (db: Database, judged: string): Generator<CoordFix[]> {
  const sum = summing();
  const last = db.prepare<[], number>('SELECT ifnull(max(id), 0) FROM coord').pluck().get() ?? 0;
  const rows = db.prepare<[number, number], Closable>(`${allClosable(judged)} ORDER BY m.coord`).raw();
  for (let from = 1; from <= last; from += coordsAtOnce) yield sum(rows.all(from, from + coordsAtOnce - 1));
};

/** Makes both tables anew; temp.judged holds every advisory. */
export const putAllFixes = (db: Database): void => {
  db.exec('DELETE FROM coord_fix; DELETE FROM source_fix');
  const write = writer(db);
  for (const fixes of allFixes(db, 'temp.judged')) write(fixes);
  db.exec(`${PUT_SOURCES} ${sourceFix('true')}`);
};

/** Makes anew what the coordinates in temp.touched have, and their packages. */
export const putTouchedFixes = (db: Database): void => {
  const touched = 'SELECT coord FROM temp.touched';
  db.exec(`DELETE FROM coord_fix WHERE coord IN (${touched})`);
  const rows = db.prepare<[], Closable>(`${TOUCHED_CLOSABLE} ORDER BY m.coord`).raw();
  writer(db)(summing()(rows.all()));
  db.exec(`DELETE FROM source_fix WHERE source IN (${SOURCES_OF(touched)});
    ${PUT_SOURCES} ${sourceFix(`f.source IN (${SOURCES_OF(touched)})`)}`);
};

/** Whether coordinates have findings that a version closes and nothing is kept of it: an earlier program kept nothing. */
export const lacksFixes = (db: Database): boolean =>
  db
    .prepare<[], number>(
      `SELECT EXISTS (SELECT 1 FROM coord_load l WHERE l.fixable > 0 AND NOT EXISTS (SELECT 1 FROM coord_fix f WHERE f.coord = l.coord))`,
    )
    .pluck()
    .get() === 1;

const SOURCE_FAULTS = `
SELECT 'package ' || p.name || ' has other fixes than its coordinates' FROM source_package p WHERE p.id IN (
  SELECT source FROM (SELECT * FROM (SELECT ${FIX_COLUMNS.join(', ')} FROM source_fix EXCEPT ${sourceFix('true')})
  UNION ALL SELECT * FROM (${sourceFix('true')} EXCEPT SELECT ${FIX_COLUMNS.join(', ')} FROM source_fix))) LIMIT 20`;

/** Differences between what is kept and what the matches say; for `verify`. */
export const fixFaults = (db: Database): string[] => {
  const kept = new Map(
    db
      .prepare<[], CoordFix>(`SELECT coord, ${FIX_COLUMNS.join(', ')} FROM coord_fix`)
      .all()
      .map((row) => [row.coord, row]),
  );
  const wrong: number[] = [];
  for (const fixes of allFixes(db, 'main.match_advisory'))
    for (const { key, ...fix } of fixes) {
      const { key: keptKey = null, ...held } = kept.get(fix.coord) ?? {};
      const isSame =
        isDeepStrictEqual(held, fix) &&
        (key === null || keptKey === null ? key === keptKey : Buffer.compare(key, keptKey) === 0);
      if (!isSame) wrong.push(fix.coord);
      kept.delete(fix.coord);
    }
  return [
    ...[...wrong, ...kept.keys()]
      .slice(0, 20)
      .map((coord) => `coordinate ${coord} has another fix than its findings name`),
    ...db.prepare<[], string>(SOURCE_FAULTS).pluck().all(),
  ];
};

/** What a newer version closes, as reports and matches change it. */
export const fixStore = (db: Database) => {
  const ofOne = db.prepare<[number], Closable>(ONE_CLOSABLE).raw();
  const drop = db.prepare(`DELETE FROM source_fix WHERE source IN (${SOURCES_OF(GIVEN)})`);
  const put = db.prepare(`${PUT_SOURCES} ${sourceFix(`f.source IN (${SOURCES_OF(GIVEN)})`)}`);
  const write = writer(db);
  return {
    /** Keeps what a coordinate that had no match has now. No device has it yet, so its package is as it was. */
    add: (coord: number): void => write(summing()(ofOne.all(coord))),
    /** Call when coordinates got their first device, or lost their last. */
    refresh: (coords: readonly number[]): void => {
      const text = JSON.stringify(coords);
      drop.run(text);
      put.run(text);
    },
  };
};
