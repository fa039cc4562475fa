import { type Database, immediate } from '../../platform/database.ts';
import { decisionRules } from './decision.ts';
import { attachSnapshot, detachSnapshot } from './snapshot-queries.ts';
import type { RematchResult } from './types.ts';

// The whole fleet against a whole snapshot: one join over covering indexes into a temporary table, then only the
// differences are written, so that an import without changes writes nothing.

/** The join of every comparable coordinate with every range; exported for the test of its plan. */
export const RANGE_JOIN = `
SELECT c.id AS coord, a.adv AS adv, a.fixed AS fixed, a.hi AS hi, a.qual AS qual
FROM main.coord c INDEXED BY coord_key
CROSS JOIN snap.eco e ON e.name = c.eco
CROSS JOIN snap.pkg p ON p.eco = e.id AND p.name = c.name
CROSS JOIN snap.aff a ON a.pkg = p.id AND a.lo <= c.key AND a.hi > c.key`;

const EXACT_JOIN = `
SELECT c.id AS coord, x.adv AS adv
FROM main.coord c
CROSS JOIN snap.eco e ON e.name = c.eco
CROSS JOIN snap.pkg p ON p.eco = e.id AND p.name = c.name
CROSS JOIN snap.aff_exact x ON x.pkg = p.id AND x.version = c.version`;

const REVIEW_JOIN = `
SELECT c.id AS coord, r.adv AS adv, nullif(max(r.fixed), '') AS fixed
FROM main.coord c
CROSS JOIN snap.eco e ON e.name = c.eco
CROSS JOIN snap.pkg p ON p.eco = e.id AND p.name = c.name
CROSS JOIN snap.aff_review r ON r.pkg = p.id
GROUP BY c.id, r.adv`;

const UNKEYED_JOIN = `
SELECT c.id AS coord, a.adv AS adv, a.fixed AS fixed, a.hi AS hi, a.lo AS lo, a.qual AS qual
FROM main.coord c
CROSS JOIN snap.eco e ON e.name = c.eco
CROSS JOIN snap.pkg p ON p.eco = e.id AND p.name = c.name
CROSS JOIN snap.aff a ON a.pkg = p.id
WHERE c.key IS NULL`;

const TEMPORARY = `
DROP TABLE IF EXISTS temp.hit;
DROP TABLE IF EXISTS temp.rule;
DROP TABLE IF EXISTS temp.gone;
DROP TABLE IF EXISTS temp.differs;
CREATE TEMP TABLE gone (coord INTEGER NOT NULL, adv INTEGER NOT NULL);
CREATE TEMP TABLE differs (coord INTEGER NOT NULL, adv INTEGER NOT NULL);
CREATE TEMP TABLE hit (
  coord INTEGER NOT NULL, adv INTEGER NOT NULL, verdict TEXT NOT NULL, fixed TEXT, hi BLOB NOT NULL,
  PRIMARY KEY (coord, adv)
) WITHOUT ROWID;
CREATE TEMP TABLE rule (severity TEXT PRIMARY KEY, decision TEXT NOT NULL, name TEXT NOT NULL) WITHOUT ROWID;`;

// Where several ranges of one advisory cover a version, the one that reaches highest names the fix.
const KEEP_HIGHEST = `
ON CONFLICT DO UPDATE SET fixed = excluded.fixed, hi = excluded.hi, verdict = excluded.verdict
WHERE (excluded.verdict = verdict AND excluded.hi > hi) OR (excluded.verdict = 'affected' AND verdict = 'review')`;

const FILL: readonly string[] = [
  `INSERT INTO temp.hit (coord, adv, verdict, fixed, hi)
   SELECT j.coord, j.adv, CASE WHEN q.module = '' THEN 'affected' ELSE 'review' END, j.fixed, j.hi
   FROM (${RANGE_JOIN}) j CROSS JOIN snap.qual q ON q.id = j.qual WHERE true ${KEEP_HIGHEST}`,
  `INSERT INTO temp.hit (coord, adv, verdict, fixed, hi)
   SELECT coord, adv, 'affected', NULL, x'' FROM (${EXACT_JOIN}) WHERE true ${KEEP_HIGHEST}`,
  `INSERT INTO temp.hit (coord, adv, verdict, fixed, hi)
   SELECT j.coord, j.adv, CASE WHEN j.lo = x'' AND j.hi = x'ffffffff' AND q.module = '' THEN 'affected' ELSE 'review' END,
     j.fixed, j.hi
   FROM (${UNKEYED_JOIN}) j CROSS JOIN snap.qual q ON q.id = j.qual WHERE true ${KEEP_HIGHEST}`,
  `INSERT INTO temp.hit (coord, adv, verdict, fixed, hi)
   SELECT coord, adv, 'review', fixed, x'' FROM (${REVIEW_JOIN}) WHERE true ON CONFLICT DO NOTHING`,
];

// What goes and what differs is looked for first and written by key: an UPDATE that searches walks the open matches by
// advisory and reaches for each row of a large table at random.
const FIND_GONE = `
INSERT INTO temp.gone SELECT m.coord, m.adv FROM match m WHERE m.until IS NULL
AND NOT EXISTS (SELECT 1 FROM temp.hit h WHERE h.coord = m.coord AND h.adv = m.adv)`;

const CLOSE = `
UPDATE match SET until = @at WHERE until IS NULL AND (coord, adv) IN (SELECT coord, adv FROM temp.gone)`;

const NOW = `
SELECT h.coord AS coord, h.adv AS adv, h.verdict AS verdict, h.fixed AS fixed, v.sev AS severity, r.decision AS decision,
  CASE WHEN v.cvss IS NULL THEN json_object('rule', r.name, 'severity', v.sev)
       ELSE json_object('rule', r.name, 'severity', v.sev, 'cvss', v.cvss) END AS inputs
FROM temp.hit h CROSS JOIN snap.adv v ON v.id = h.adv CROSS JOIN temp.rule r ON r.severity = v.sev`;

const FIND_DIFFERENT = `
INSERT INTO temp.differs SELECT n.coord, n.adv FROM (${NOW}) n
CROSS JOIN main.match m NOT INDEXED ON m.coord = n.coord AND m.adv = n.adv AND m.until IS NULL
WHERE (m.verdict, m.severity, m.decision, m.inputs, ifnull(m.fixed, ''))
  <> (n.verdict, n.severity, n.decision, n.inputs, ifnull(n.fixed, ''))`;

const CHANGE = `
UPDATE match SET verdict = n.verdict, fixed = n.fixed, severity = n.severity, decision = n.decision, inputs = n.inputs
FROM temp.differs d CROSS JOIN (${NOW}) n ON n.coord = d.coord AND n.adv = d.adv
WHERE match.coord = d.coord AND match.adv = d.adv AND match.until IS NULL`;

const OPEN = `
INSERT INTO match (coord, adv, since, until, verdict, fixed, severity, decision, inputs)
SELECT n.coord, n.adv, @at, NULL, n.verdict, n.fixed, n.severity, n.decision, n.inputs FROM (${NOW}) n
WHERE NOT EXISTS (SELECT 1 FROM match m WHERE m.coord = n.coord AND m.adv = n.adv AND m.until IS NULL)
ON CONFLICT DO UPDATE SET until = NULL, verdict = excluded.verdict, fixed = excluded.fixed, severity = excluded.severity,
  decision = excluded.decision, inputs = excluded.inputs`;

/** One line of what a match changed, for the journal. */
export type NotedFinding = { readonly advisory: string; readonly package: string; readonly severity: string };

const noted = (condition: string): string => `
SELECT a.osv_id AS advisory, c.name AS package, m.severity AS severity
FROM match m JOIN main.coord c ON c.id = m.coord JOIN main.coord_count held ON held.id = m.coord
  JOIN snap.adv a ON a.id = m.adv
WHERE ${condition} AND held.devices > 0 AND m.verdict = 'affected' AND m.decision IN ('act', 'attend')
ORDER BY m.decision, a.osv_id LIMIT @limit`;
const OPENED = noted('m.since = @at AND m.until IS NULL');
const CLOSED = noted('m.until = @at');

/**
 * Matches every coordinate against snapshot `number` and writes the differences. `isCurrent` is asked inside the
 * transaction: another import may have come first, and then this match is not the one to keep.
 */
export const rematchAll = (
  db: Database,
  options: {
    path: string;
    number: number;
    at: string;
    isCurrent: () => boolean;
    /** Called in the transaction with what a person should know, at most `limit` each. */
    note: (opened: readonly NotedFinding[], closed: readonly NotedFinding[]) => void;
    limit: number;
  },
): RematchResult => {
  attachSnapshot(db, options.path);
  try {
    db.exec(TEMPORARY);
    const addRule = db.prepare('INSERT INTO temp.rule (severity, decision, name) VALUES (?, ?, ?)');
    for (const rule of decisionRules()) addRule.run(rule.severity, rule.decision, rule.name);
    return immediate(db, () => {
      if (!options.isCurrent()) return { opened: 0, closed: 0, changed: 0 };
      for (const statement of FILL) db.prepare(statement).run();
      const at = { at: options.at };
      const closed = db.prepare(FIND_GONE).run().changes === 0 ? 0 : db.prepare(CLOSE).run(at).changes;
      const changed = db.prepare(FIND_DIFFERENT).run().changes === 0 ? 0 : db.prepare(CHANGE).run().changes;
      const opened = db.prepare(OPEN).run(at).changes;
      const read = { at: options.at, limit: options.limit };
      options.note(
        opened > 0 ? db.prepare<unknown[], NotedFinding>(OPENED).all(read) : [],
        closed > 0 ? db.prepare<unknown[], NotedFinding>(CLOSED).all(read) : [],
      );
      db.prepare('UPDATE exchange_state SET matched = ? WHERE id = 1').run(options.number);
      return { opened, closed, changed };
    });
  } finally {
    for (const table of ['hit', 'rule', 'gone', 'differs']) db.exec(`DROP TABLE IF EXISTS temp.${table}`);
    detachSnapshot(db);
  }
};
