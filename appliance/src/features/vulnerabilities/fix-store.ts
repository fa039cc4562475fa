import { isDeepStrictEqual } from 'node:util';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import type { Database } from '../../platform/database.ts';
import { hasId, idsOf } from '../../platform/id-array.ts';
import { statements } from '../../platform/statements.ts';
import { AFFECTED_FIX } from './match-state.ts';

// What a newer version closes, kept per component (component_fix) and per source package over the components that devices have
// (source_fix). Both change in the transaction that changes matches, or that gives a component its first device or takes its
// last.

type Closable = readonly [component: number, source: number, eco: string, fixed: string, worst: number];

type ComponentFix = {
  component: number;
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

/** The findings of components that a newer version closes, those of one component together. */
const closable = (from: string, where: string, judged: string): string => `
SELECT m.component, c.source, c.eco, m.fixed, g.decision * 10 + g.severity
FROM ${from} CROSS JOIN ${judged} g ON g.adv = m.adv CROSS JOIN main.component c ON c.id = m.component
WHERE ${where} AND m.until IS NULL AND m.state = ${AFFECTED_FIX} AND m.fixed IS NOT NULL`;

/** `judged`: a table with the decision and severity of every advisory. */
const allClosable = (judged: string): string => closable('main.match m', 'm.component BETWEEN ? AND ?', judged);
const TOUCHED_CLOSABLE = closable(
  'temp.touched t CROSS JOIN main.match m ON m.component = t.component',
  'true',
  'main.match_advisory',
);
const ONE_CLOSABLE = closable('main.match m', 'm.component = ?', 'main.match_advisory');

/** What the components of some packages come to; `where` chooses among the fixes `f`. */
const sourceFix = (where: string): string => `
SELECT ${FIX_COLUMNS.join(', ')} FROM (
  SELECT f.source AS source, f.fixed AS fixed, f.key AS key, ${COUNTS.map((name) => `sum(f.${name}) OVER package AS ${name}`).join(', ')},
    sum(f.unkeyed) OVER package AS unkeyed, min(f.worst) OVER package AS worst,
    row_number() OVER (PARTITION BY f.source ORDER BY f.key DESC, f.fixed) AS place
  FROM component_fix f CROSS JOIN component_count held ON held.id = f.component
  WHERE held.devices > 0 AND ${where} WINDOW package AS (PARTITION BY f.source)) WHERE place = 1`;

/** Makes what packages come to, or makes it anew; the number of devices is another's. */
const putSources = (where: string): string => `
INSERT INTO source_fix (${FIX_COLUMNS.join(', ')}, devices) SELECT *, 0 FROM (${sourceFix(where)}) WHERE true
ON CONFLICT (source) DO UPDATE SET ${FIX_COLUMNS.slice(1)
  .map((name) => `${name} = excluded.${name}`)
  .join(', ')}`;
const dropSources = (where: string): string => `
DELETE FROM source_fix WHERE ${where} AND NOT EXISTS (SELECT 1 FROM component_fix f CROSS JOIN component_count held ON held.id = f.component
  WHERE f.source = source_fix.source AND held.devices > 0)`;
const SOURCES_OF = (components: string): string => `SELECT source FROM component WHERE id IN (${components})`;
const GIVEN = 'SELECT value FROM json_each(?)';

/** Components whose matches are read in one go. */
const componentsAtOnce = 4_096;

/** Whether a key, or the text where the keys are the same, is of the higher version. */
const isHigher = (key: Uint8Array | null, fixed: string, than: ComponentFix): boolean => {
  if (key === null || than.key === null) return key === null && than.key === null ? fixed < than.fixed : key !== null;
  const order = Buffer.compare(key, than.key);
  return order > 0 || (order === 0 && fixed < than.fixed);
};

/** Adds up findings, those of one component together. Advisories name the same versions over and over: keys are kept. */
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
  return (rows: Iterable<Closable>): ComponentFix[] => {
    const fixes: ComponentFix[] = [];
    let last: ComponentFix | undefined;
    for (const [component, source, eco, fixed, worst] of rows) {
      const key = keyOf(eco, fixed);
      if (last?.component !== component) {
        last = { component, source, fixed, key, act: 0, attend: 0, track_star: 0, track: 0, unkeyed: 0, worst };
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
  const sql = statements(db);
  const columns = ['component', ...FIX_COLUMNS];
  const put = sql.run(
    `INSERT INTO component_fix (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`,
  );
  return (fixes: readonly ComponentFix[]): void => {
    for (const fix of fixes) put(fix);
  };
};

/** What the matches of every component come to, some components at a time. */
const allFixes = function* (db: Database, judged: string): Generator<ComponentFix[]> {
  const sum = summing();
  const last = db.prepare<[], number>('SELECT ifnull(max(id), 0) FROM component').pluck().get() ?? 0;
  const rows = db.prepare<[number, number], Closable>(`${allClosable(judged)} ORDER BY m.component`).raw();
  for (let from = 1; from <= last; from += componentsAtOnce) yield sum(rows.all(from, from + componentsAtOnce - 1));
};

/** Makes both tables anew; temp.judged holds every advisory. */
export const putAllFixes = (db: Database): void => {
  db.exec('DELETE FROM component_fix; DELETE FROM source_fix');
  const write = writer(db);
  for (const fixes of allFixes(db, 'temp.judged')) write(fixes);
  putAllSources(db);
  recountDevices(db);
};

/** What all packages come to, where nothing is kept of any; without the devices. */
export const putAllSources = (db: Database): void => void db.exec(putSources('true'));

/** Makes anew what the components in temp.touched have, and their packages. */
export const putTouchedFixes = (db: Database): void => {
  const touched = 'SELECT component FROM temp.touched';
  db.exec(`DELETE FROM component_fix WHERE component IN (${touched})`);
  const rows = db.prepare<[], Closable>(`${TOUCHED_CLOSABLE} ORDER BY m.component`).raw();
  writer(db)(summing()(rows.all()));
  const sources = `IN (${SOURCES_OF(touched)})`;
  db.exec(`${dropSources(`source ${sources}`)}; ${putSources(`f.source ${sources}`)}`);
  recountDevices(db, sources);
};

/** How many devices have a component that a newer version of its package closes something of, by package. */
const devicesCounted = (db: Database, sources: string): Map<number, number> => {
  const rows = db
    .prepare<[], [number, number]>(
      `SELECT component, source FROM component_fix WHERE source ${sources} ORDER BY component DESC`,
    )
    .raw()
    .all();
  const counts = new Map(rows.map(([, source]) => [source, 0]));
  if (rows.length === 0) return counts;
  const sourceOf = new Uint32Array((rows[0]?.[0] ?? 0) + 1);
  for (const [component, source] of rows) sourceOf[component] = source;
  const size = Math.max(...counts.keys()) + 1;
  // A device with several versions of a package counts once: the last device that a package was met on.
  const metOn = new Uint32Array(size);
  const counted = new Uint32Array(size);
  let device = 0;
  for (const bytes of db.prepare<[], Buffer>('SELECT components FROM device_component').pluck().iterate()) {
    device += 1;
    const components = idsOf(bytes);
    for (let at = 0; at < components.length; at += 1) {
      const source = sourceOf[components[at] as number] ?? 0;
      if (source === 0 || metOn[source] === device) continue;
      metOn[source] = device;
      counted[source] = (counted[source] as number) + 1;
    }
  }
  for (const source of counts.keys()) counts.set(source, counted[source] as number);
  return counts;
};

const allSources = 'IN (SELECT source FROM component_fix)';

/** Counts the devices of packages anew: of all, or of some as a condition of SQL. */
export const recountDevices = (db: Database, sources = allSources): void => {
  const sql = statements(db);
  const set = sql.run('UPDATE source_fix SET devices = ? WHERE source = ? AND devices <> ?');
  for (const [source, devices] of devicesCounted(db, sources)) set(devices, source, devices);
};

/** Whether components have findings that a version closes and nothing is kept of it: an earlier program kept nothing. */
export const lacksFixes = (db: Database): boolean =>
  db
    .prepare<[], number>(
      `SELECT EXISTS (SELECT 1 FROM component_load l WHERE l.fixable > 0 AND NOT EXISTS (SELECT 1 FROM component_fix f WHERE f.component = l.component))`,
    )
    .pluck()
    .get() === 1;

const SOURCE_FAULTS = `
SELECT 'package ' || p.name || ' has other fixes than its components' FROM source_package p WHERE p.id IN (
  SELECT source FROM (SELECT * FROM (SELECT ${FIX_COLUMNS.join(', ')} FROM source_fix EXCEPT ${sourceFix('true')})
  UNION ALL SELECT * FROM (${sourceFix('true')} EXCEPT SELECT ${FIX_COLUMNS.join(', ')} FROM source_fix))) LIMIT 20`;

const deviceFaults = (db: Database): string[] => {
  const counted = devicesCounted(db, allSources);
  return db
    .prepare<[], [number, number]>('SELECT source, devices FROM source_fix')
    .raw()
    .all()
    .filter(([source, devices]) => (counted.get(source) ?? 0) !== devices)
    .slice(0, 20)
    .map(
      ([source, devices]) =>
        `package ${source} counts ${devices} devices to update, ${counted.get(source) ?? 0} have it`,
    );
};

/** Differences between what is kept and what the matches say; for `verify`. */
export const fixFaults = (db: Database): string[] => {
  const kept = new Map(
    db
      .prepare<[], ComponentFix>(`SELECT component, ${FIX_COLUMNS.join(', ')} FROM component_fix`)
      .all()
      .map((row) => [row.component, row]),
  );
  const wrong: number[] = [];
  for (const fixes of allFixes(db, 'main.match_advisory'))
    for (const { key, ...fix } of fixes) {
      const { key: keptKey = null, ...held } = kept.get(fix.component) ?? {};
      const isSame =
        isDeepStrictEqual(held, fix) &&
        (key === null || keptKey === null ? key === keptKey : Buffer.compare(key, keptKey) === 0);
      if (!isSame) wrong.push(fix.component);
      kept.delete(fix.component);
    }
  return [
    ...[...wrong, ...kept.keys()]
      .slice(0, 20)
      .map((component) => `component ${component} has another fix than its findings name`),
    ...db.prepare<[], string>(SOURCE_FAULTS).pluck().all(),
    ...deviceFaults(db),
  ];
};

/** What a newer version closes, as reports and matches change it. */
export const fixStore = (db: Database) => {
  const sql = statements(db);
  const ofOne = db.prepare<[number], Closable>(ONE_CLOSABLE).raw();
  const drop = sql.run(dropSources(`source IN (${SOURCES_OF(GIVEN)})`));
  const put = sql.run(putSources(`f.source IN (${SOURCES_OF(GIVEN)})`));
  const shiftAll = sql.run<[number, string]>(
    'UPDATE source_fix SET devices = devices + ? WHERE source IN (SELECT source FROM component_fix WHERE component IN (SELECT value FROM json_each(?)))',
  );
  const shiftOne = sql.run<[number, number]>('UPDATE source_fix SET devices = devices + ? WHERE source = ?');
  const beside = db
    .prepare<[string], [number, number]>(
      `SELECT source, component FROM component_fix INDEXED BY component_fix_source WHERE source IN
         (SELECT source FROM component_fix WHERE component IN (SELECT value FROM json_each(?)))`,
    )
    .raw();
  const write = writer(db);
  return {
    /** Keeps what a component that had no match has now. No device has it yet, so its package is as it was. */
    add: (component: number): void => write(summing()(ofOne.all(component))),
    /** Call when components got their first device, or lost their last. */
    refresh: (components: readonly number[]): void => {
      const text = JSON.stringify(components);
      drop(text);
      put(text);
    },
    /** Call when a device has other components, after `refresh`: it is counted once for each package. */
    shift: (before: Uint32Array, now: Uint32Array, changed: readonly number[]): void => {
      if (changed.length === 0) return;
      if (before.length === 0 || now.length === 0) {
        shiftAll(before.length === 0 ? 1 : -1, JSON.stringify(changed));
        return;
      }
      const had = new Set<number>();
      const has = new Set<number>();
      for (const [source, component] of beside.all(JSON.stringify(changed))) {
        if (hasId(before, component)) had.add(source);
        if (hasId(now, component)) has.add(source);
      }
      for (const source of has) if (!had.has(source)) shiftOne(1, source);
      for (const source of had) if (!has.has(source)) shiftOne(-1, source);
    },
  };
};
