import { type Database, immediate } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import { type Judged, judge } from './cover-queries.ts';
import { ATTACKS_SQL, decisionRules, STRENGTH_SQL } from './decision.ts';
import { lacksFixes, putAllFixes, putTouchedFixes, recountDevices } from './fix-store.ts';
import { type Hit, unpackHits } from './hit-bytes.ts';
import { findAffected } from './holder-store.ts';
import { ALL_LOADS, JUDGED, putTally, TOUCHED_LOADS } from './match-derived-store.ts';
import { REVIEW_FIX } from './match-state.ts';
import { attachSnapshot, detachSnapshot } from './snapshot-queries.ts';
import { WORST_THREAT } from './threat-queries.ts';
import { DECISIONS, type RematchResult, SEVERITIES } from './types.ts';

// Components against a snapshot. After an import only the packages that differ are judged, which the snapshot lists; when
// the origin of the matches is unknown, all are, and what is open is compared with what the records say.

type Scope = 'all' | 'changed';

const TEMPORARY_TABLES = ['todo', 'rule', 'gone', 'fresh', 'touched', 'stale', 'recount', 'judged', 'danger'] as const;
const TEMPORARY = `
CREATE TEMP TABLE todo (adv INTEGER PRIMARY KEY);
CREATE TEMP TABLE rule (
  name TEXT NOT NULL, attacks TEXT NOT NULL, strength INTEGER NOT NULL, severity INTEGER NOT NULL, decision INTEGER NOT NULL,
  PRIMARY KEY (name, attacks, strength)
) WITHOUT ROWID;
CREATE TEMP TABLE danger (
  adv INTEGER PRIMARY KEY, exploitedSince TEXT, exploitedDue TEXT, ransomware INTEGER, exploitation TEXT, automatable TEXT, impact TEXT
);
CREATE TEMP TABLE gone (component INTEGER NOT NULL, adv INTEGER NOT NULL);
CREATE TEMP TABLE fresh (component INTEGER NOT NULL, adv INTEGER NOT NULL, state INTEGER NOT NULL, fixed TEXT, opens INTEGER NOT NULL);
CREATE TEMP TABLE touched (component INTEGER PRIMARY KEY);
CREATE TEMP TABLE stale (adv INTEGER PRIMARY KEY);
CREATE TEMP TABLE recount (adv INTEGER PRIMARY KEY);
CREATE TEMP TABLE judged (adv INTEGER PRIMARY KEY, decision INTEGER NOT NULL, severity INTEGER NOT NULL);`;

const CLOSE = `UPDATE main.match SET until = @at FROM temp.gone g WHERE match.component = g.component AND match.adv = g.adv`;

const PUT_FRESH = `
INSERT INTO main.match (component, adv, since, until, state, fixed)
SELECT component, adv, @at, NULL, state, fixed FROM temp.fresh WHERE true
ON CONFLICT (component, adv) DO UPDATE SET since = CASE WHEN until IS NULL THEN since ELSE @at END, until = NULL,
  state = excluded.state, fixed = excluded.fixed`;

/** What the snapshot says of the advisories of a table. */
const facts = (advisories: string): string => `
SELECT a.id AS adv, a.osv_id AS osv_id, s.name AS feed, r.severity AS severity, r.decision AS decision, a.cvss AS cvss,
  a.summary AS summary,
  a.aliases AS aliases, a.names AS names,
  CASE WHEN d.adv IS NOT NULL THEN json_patch('{}', json_object('rule', 'threat/1', 'severity', a.sev, 'cvss', a.cvss,
         'exploitation', d.exploitation, 'automatable', d.automatable, 'impact', d.impact,
         'exploitedSince', d.exploitedSince, 'exploitedDue', d.exploitedDue, 'ransomware', d.ransomware))
       WHEN a.cvss IS NULL THEN json_object('rule', 'severity/1', 'severity', a.sev)
       ELSE json_object('rule', 'severity/1', 'severity', a.sev, 'cvss', a.cvss) END AS inputs
FROM ${advisories} t CROSS JOIN snap.adv a ON a.id = t.adv CROSS JOIN snap.source s ON s.id = a.source
LEFT JOIN temp.danger d ON d.adv = a.id
CROSS JOIN temp.rule r ON r.name = a.sev AND r.attacks = ${ATTACKS_SQL('d')} AND r.strength = ${STRENGTH_SQL('d')}`;

const DANGER_COLUMNS = 'exploitedSince, exploitedDue, ransomware, exploitation, automatable, impact';

/** What catalogues say of advisories, by the CVEs that they name: of all of them, or of those in temp.stale. */
const PUT_DANGER: Readonly<Record<Scope, string>> = {
  all: `INSERT INTO temp.danger (adv, ${DANGER_COLUMNS}) SELECT adv, ${DANGER_COLUMNS} FROM (
    SELECT named.adv AS adv, ${WORST_THREAT} FROM (
      SELECT l.adv AS adv, h.adv AS source FROM snap.threat h CROSS JOIN snap.alias l ON l.vuln = h.vuln
      UNION ALL SELECT a.id, h.adv FROM snap.adv a CROSS JOIN snap.threat h ON h.vuln = a.osv_id WHERE a.osv_id GLOB 'CVE-*'
    ) named CROSS JOIN snap.threat h ON h.adv = named.source GROUP BY named.adv)`,
  changed: `INSERT INTO temp.danger (adv, ${DANGER_COLUMNS}) SELECT adv, ${DANGER_COLUMNS} FROM (
    SELECT t.adv AS adv, ${WORST_THREAT} FROM temp.stale t CROSS JOIN snap.adv a ON a.id = t.adv
    CROSS JOIN json_each('["' || replace(a.osv_id || ' ' || a.names, ' ', '","') || '"]') n
    CROSS JOIN snap.threat h ON h.vuln = n.value GROUP BY t.adv)`,
};
const FACT_COLUMNS = [
  'osv_id',
  'feed',
  'severity',
  'decision',
  'cvss',
  'summary',
  'aliases',
  'names',
  'inputs',
] as const;

const FACTS = facts('temp.stale');
const DIFFERS = (held: string, given: string): string =>
  `(${FACT_COLUMNS.map((name) => `${held}.${name} IS NOT ${given}.${name}`).join(' OR ')})`;

const PUT_FACTS = `
INSERT INTO main.match_advisory (adv, ${FACT_COLUMNS.join(', ')}) SELECT adv, ${FACT_COLUMNS.join(', ')} FROM (${FACTS}) f WHERE true
ON CONFLICT (adv) DO UPDATE SET ${FACT_COLUMNS.map((name) => `${name} = excluded.${name}`).join(', ')}
WHERE ${DIFFERS('match_advisory', 'excluded')}`;

/** Advisories whose judgement differs from the one that their matches were made with. */
const REJUDGED = `
SELECT f.adv AS adv FROM (${FACTS}) f JOIN main.match_advisory g ON g.adv = f.adv
WHERE g.severity <> f.severity OR g.decision <> f.decision OR g.inputs <> f.inputs`;

/** One line of what a match changed, for the journal. */
type NotedFinding = { readonly advisory: string; readonly package: string; readonly severity: string };

type NotedRow = { advisory: string; package: string; severity: number };
// In the order of the index, so that the first ones are found without looking at all.
const NOTE_FIRST = `
SELECT g.osv_id AS advisory, c.name AS package, g.severity AS severity
FROM main.match_advisory g INDEXED BY match_advisory_decision
CROSS JOIN main.match m INDEXED BY match_adv ON m.adv = g.adv AND m.until IS NULL AND m.since = @at AND m.state < ${REVIEW_FIX}
CROSS JOIN main.component_count held ON held.id = m.component AND held.devices > 0 CROSS JOIN main.component c ON c.id = m.component
WHERE g.decision <= 1 ORDER BY g.decision LIMIT @limit`;
const NOTE_OPENED = `
SELECT g.osv_id AS advisory, c.name AS package, g.severity AS severity
FROM temp.fresh f CROSS JOIN main.match_advisory g ON g.adv = f.adv AND g.decision <= 1
CROSS JOIN main.component_count held ON held.id = f.component AND held.devices > 0 CROSS JOIN main.component c ON c.id = f.component
WHERE f.opens AND f.state < ${REVIEW_FIX} ORDER BY g.decision, g.osv_id LIMIT @limit`;
const NOTE_CLOSED = `
SELECT g.osv_id AS advisory, c.name AS package, g.severity AS severity
FROM temp.gone o CROSS JOIN main.match_advisory g ON g.adv = o.adv CROSS JOIN main.match m ON m.component = o.component AND m.adv = o.adv
CROSS JOIN main.component_count held ON held.id = o.component AND held.devices > 0 CROSS JOIN main.component c ON c.id = o.component
WHERE true AND m.state < ${REVIEW_FIX} AND g.decision <= 1 ORDER BY g.decision, g.osv_id LIMIT @limit`;

const noted = (rows: readonly NotedRow[]): NotedFinding[] =>
  rows
    .map(({ severity, ...row }) => ({ ...row, severity: SEVERITIES[severity] ?? 'unknown' }))
    .sort((a, b) => (a.advisory < b.advisory ? -1 : a.advisory > b.advisory ? 1 : 0));

const baseOf = (db: Database): number | undefined =>
  db.prepare<[], number>('SELECT number FROM snap.base').pluck().get();

/** From how many changed advisories on everything is matched in one go: looking each up costs more than passing by. */
const changedAtMost = 20_000;

type Options = {
  path: string;
  number: number;
  /** The snapshot that the matches were made with; 0: unknown. */
  matched: number;
  at: string;
  isCurrent: () => boolean;
  /** Called in the transaction with what a person should know, at most `limit` each. */
  note: (opened: readonly NotedFinding[], closed: readonly NotedFinding[]) => void;
  limit: number;
};

const count = (db: Database, sql: string): number => db.prepare<[], number>(sql).pluck().get() ?? 0;

/** Rows of one statement: each call into the database costs as much as a row. */
const rowsAtOnce = 32;

/** Matches where there were none: nothing has to be compared, and the indexes are made at the end. */
const matchFirst = (db: Database, judged: Judged, at: string): RematchResult => {
  db.exec('DROP INDEX main.match_adv; DROP INDEX main.match_since;');
  const insert = (rows: number) =>
    db.prepare(
      `INSERT INTO main.match (component, adv, since, until, state, fixed) VALUES ${Array.from({ length: rows }, () => '(?, ?, ?, NULL, ?, ?)').join(', ')}`,
    );
  const some = insert(rowsAtOnce);
  const one = insert(1);
  let opened = 0;
  let waiting: unknown[] = [];
  for (const component of judged.components) {
    const bytes = judged.hitsOf(component);
    if (bytes.length === 0) continue;
    for (const { adv, state, fixed } of unpackHits(bytes)) {
      waiting.push(component, adv, at, state, fixed);
      opened += 1;
      if (opened % rowsAtOnce === 0) {
        some.run(...waiting);
        waiting = [];
      }
    }
  }
  for (let n = 0; n < waiting.length; n += 5) one.run(...waiting.slice(n, n + 5));
  db.exec(`CREATE INDEX main.match_adv ON match (adv, component, until, state);
    CREATE INDEX main.match_since ON match (since, component, adv) WHERE until IS NULL;`);
  return { opened, closed: 0, changed: 0 };
};

const OPEN = 'SELECT component, adv, state, fixed FROM main.match WHERE until IS NULL';

/** The components whose open matches are not what the records say of them. */
const differing = (db: Database, scope: Scope, judged: Judged): number[] => {
  type Open = [component: number, adv: number, state: number, fixed: string | null];
  const found: number[] = [];
  let component = 0;
  let hits: Hit[] = [];
  let place = 0;
  let isSame = true;
  const finish = (): void => {
    if (component > 0 && !(isSame && place === hits.length)) found.push(component);
  };
  const begin = (next: number): void => {
    finish();
    component = next;
    hits = unpackHits(judged.hitsOf(next));
    place = 0;
    isSame = true;
  };
  const meet = ([, adv, state, fixed]: Open): void => {
    const hit = hits[place];
    place += 1;
    if (hit?.adv !== adv || hit.state !== state || hit.fixed !== fixed) isSame = false;
  };
  if (scope === 'changed') {
    const openOf = db.prepare<[number], Open>(`${OPEN} AND component = ? ORDER BY adv`).raw();
    for (const next of judged.components) {
      begin(next);
      for (const open of openOf.all(next)) meet(open);
    }
    finish();
    return found;
  }
  const met = new Uint8Array((judged.components.at(-1) ?? 0) + 1);
  for (const open of db.prepare<[], Open>(`${OPEN} ORDER BY component, adv`).raw().iterate()) {
    if (open[0] !== component) begin(open[0]);
    if (open[0] < met.length) met[open[0]] = 1;
    meet(open);
  }
  finish();
  for (const next of judged.components) if (met[next] === 0 && judged.hitsOf(next).length > 0) found.push(next);
  return found;
};

/** Compares and writes what differs. */
const matchAgain = (db: Database, scope: Scope, judged: Judged, at: string): RematchResult => {
  const sql = statements(db);
  const addFresh = sql.run('INSERT INTO temp.fresh (component, adv, state, fixed, opens) VALUES (?, ?, ?, ?, ?)');
  const addGone = sql.run('INSERT INTO temp.gone (component, adv) VALUES (?, ?)');
  const addTouched = sql.run('INSERT INTO temp.touched (component) VALUES (?)');
  const openOf = sql.all<[number], Hit>(
    'SELECT adv, state, fixed FROM main.match WHERE component = ? AND until IS NULL',
  );
  for (const component of differing(db, scope, judged)) {
    const held = new Map(openOf(component).map((hit) => [hit.adv, hit]));
    let isTouched = false;
    for (const { adv, state, fixed } of unpackHits(judged.hitsOf(component))) {
      const before = held.get(adv);
      held.delete(adv);
      if (before?.state === state && before.fixed === fixed) continue;
      addFresh(component, adv, state, fixed, before === undefined ? 1 : 0);
      isTouched = true;
    }
    for (const adv of held.keys()) addGone(component, adv);
    if (isTouched || held.size > 0) addTouched(component);
  }
  const closed = db.prepare(CLOSE).run({ at }).changes;
  const opened = count(db, 'SELECT count(*) FROM temp.fresh WHERE opens');
  const changed = db.prepare(PUT_FRESH).run({ at }).changes - opened;
  return { opened, closed, changed };
};

/**
 * Which advisories' facts are written: of all known ones those that differ; after an import those that changed, those that name
 * a CVE of which a catalogue says something else, and, where a record went without leaving its name, all that such words made
 * more urgent.
 */
const STALE: Readonly<Record<'first' | Scope, string>> = {
  first: 'SELECT DISTINCT adv FROM main.match INDEXED BY match_adv',
  all: `SELECT f.adv FROM (${facts('main.match_advisory')}) f CROSS JOIN main.match_advisory g ON g.adv = f.adv
    WHERE ${DIFFERS('g', 'f')} UNION SELECT adv FROM temp.fresh`,
  changed: `SELECT adv FROM temp.todo t WHERE EXISTS (SELECT 1 FROM main.match m WHERE m.adv = t.adv)
    UNION SELECT adv FROM temp.fresh
    UNION SELECT l.adv FROM temp.todo t CROSS JOIN snap.adv a ON a.id = t.adv CROSS JOIN snap.alias l ON l.vuln = a.osv_id
      WHERE EXISTS (SELECT 1 FROM main.match_advisory g WHERE g.adv = l.adv)
    UNION SELECT g.adv FROM temp.todo t CROSS JOIN snap.adv a ON a.id = t.adv
      CROSS JOIN main.match_advisory g ON g.osv_id = a.osv_id
    UNION SELECT adv FROM main.match_advisory WHERE inputs LIKE '%"threat/1"%'
      AND EXISTS (SELECT 1 FROM temp.todo t WHERE t.adv NOT IN (SELECT id FROM snap.adv))`,
};

/** Matches of an earlier program, which kept nothing beside them: all of it is made, whatever the comparison finds. */
const LACKS_DERIVED = `SELECT EXISTS (SELECT 1 FROM main.match INDEXED BY match_since WHERE until IS NULL)
  AND NOT (EXISTS (SELECT 1 FROM main.component_load) AND EXISTS (SELECT 1 FROM main.match_advisory))`;

const TOUCHED_WITH_LOAD =
  'SELECT t.component FROM temp.touched t CROSS JOIN main.component_load l ON l.component = t.component';

/** What is kept per advisory and per component, of everything or of what was touched; how many matches are judged anew. */
const derive = (db: Database, scope: 'first' | Scope): number => {
  if (scope !== 'changed') db.exec(PUT_DANGER.all);
  db.exec(`INSERT INTO temp.stale ${STALE[scope]}`);
  if (scope === 'changed') db.exec(PUT_DANGER.changed);
  const rejudged = `SELECT m.component FROM (${REJUDGED}) j CROSS JOIN main.match m INDEXED BY match_adv ON m.adv = j.adv
    WHERE m.until IS NULL AND m.component NOT IN (SELECT component FROM temp.fresh f WHERE f.adv = m.adv)`;
  const before = scope === 'first' ? 0 : count(db, `SELECT count(*) FROM (${rejudged})`);
  if (before > 0) db.exec(`INSERT OR IGNORE INTO temp.touched ${rejudged}`);
  db.exec(PUT_FACTS);
  db.exec(
    scope === 'first'
      ? 'INSERT INTO temp.recount SELECT adv FROM temp.stale'
      : 'INSERT INTO temp.recount SELECT adv FROM temp.gone UNION SELECT adv FROM temp.fresh',
  );
  const recounted = count(db, 'SELECT count(*) FROM temp.recount');
  if (recounted > 0) db.exec(putTally(recounted > changedAtMost));
  if (scope === 'first') {
    db.exec('DELETE FROM main.component_load');
    db.exec(JUDGED);
    db.exec(ALL_LOADS);
    findAffected(db);
    putAllFixes(db);
  } else {
    const loaded = db.prepare<[], number>(TOUCHED_WITH_LOAD).pluck();
    const had = loaded.all().join();
    db.exec('DELETE FROM main.component_load WHERE component IN (SELECT component FROM temp.touched)');
    db.exec(TOUCHED_LOADS);
    if (loaded.all().join() !== had) findAffected(db);
    if (scope === 'all' && lacksFixes(db)) {
      db.exec(JUDGED);
      putAllFixes(db);
    } else putTouchedFixes(db);
  }
  return before;
};

/**
 * Matches against snapshot `number` and writes the differences. `isCurrent` is asked inside the transaction: another
 * import may have come first, and then this match is not the one to keep.
 */
export const rematchAll = (db: Database, options: Options): RematchResult => {
  const clear = (): void => {
    for (const table of TEMPORARY_TABLES) db.exec(`DROP TABLE IF EXISTS temp.${table}`);
  };
  attachSnapshot(db, options.path);
  try {
    clear();
    db.exec(TEMPORARY);
    const addRule = db.prepare(
      'INSERT INTO temp.rule (name, attacks, strength, severity, decision) VALUES (?, ?, ?, ?, ?)',
    );
    for (const { severity, attacks, strength, decision } of decisionRules())
      addRule.run(severity, attacks, strength, SEVERITIES.indexOf(severity), DECISIONS.indexOf(decision));
    return immediate(db, () => {
      if (!options.isCurrent()) return { opened: 0, closed: 0, changed: 0 };
      if (options.matched === options.number) {
        // What was matched with this snapshot differs in nothing.
        options.note([], []);
        return { opened: 0, closed: 0, changed: 0 };
      }
      const isDelta =
        options.matched > 0 &&
        baseOf(db) === options.matched &&
        count(db, 'SELECT count(*) FROM snap.change') <= changedAtMost;
      if (isDelta) db.exec('INSERT INTO temp.todo SELECT adv FROM snap.change');
      const scope = isDelta ? 'changed' : 'all';
      const isFirst = !isDelta && count(db, 'SELECT NOT EXISTS (SELECT 1 FROM main.match)') === 1;
      const judged = judge(db, scope);
      const result = isFirst ? matchFirst(db, judged, options.at) : matchAgain(db, scope, judged, options.at);
      const limit = { limit: options.limit };
      const closed = result.closed > 0 ? db.prepare<unknown[], NotedRow>(NOTE_CLOSED).all(limit) : [];
      const isAnew = isFirst || count(db, LACKS_DERIVED) === 1;
      const rejudged = derive(db, isAnew ? 'first' : scope);
      // Then the numbers of devices are unknown, too.
      if (options.matched === 0) {
        recountDevices(db);
        findAffected(db);
      }
      const noteOpened = isFirst
        ? db.prepare<unknown[], NotedRow>(NOTE_FIRST).all({ ...limit, at: options.at })
        : db.prepare<unknown[], NotedRow>(NOTE_OPENED).all(limit);
      const opened = result.opened > 0 ? noteOpened : [];
      options.note(noted(opened), noted(closed));
      db.prepare('UPDATE exchange_state SET matched = ? WHERE id = 1').run(options.number);
      return { ...result, changed: result.changed + rejudged };
    });
  } finally {
    clear();
    detachSnapshot(db);
  }
};
