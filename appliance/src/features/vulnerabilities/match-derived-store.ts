import { AFFECTED_FIX, REVIEW_FIX, STATE_COLUMNS } from './match-state.ts';

// SQL of what is kept per component (component_load) and per advisory (match_advisory), so that no reader counts a million matches
// for a page or for a device.

const LOAD_COLUMNS = ['findings', 'affected', 'act', 'attend', 'fixable', 'worst', 'severity'] as const;

/** What the open matches of components come to. */
const load = (from: string, where = 'true', judged = 'main.match_advisory'): string => `
SELECT m.component AS component, count(*) AS findings, sum(m.state < ${REVIEW_FIX}) AS affected,
  sum(m.state < ${REVIEW_FIX} AND g.decision = 0) AS act, sum(m.state < ${REVIEW_FIX} AND g.decision = 1) AS attend,
  sum(m.state = ${AFFECTED_FIX}) AS fixable, min(CASE WHEN m.state < ${REVIEW_FIX} THEN g.decision END) AS worst,
  min(CASE WHEN m.state < ${REVIEW_FIX} THEN g.decision * 10 + g.severity END) % 10 AS severity
FROM ${from} CROSS JOIN ${judged} g ON g.adv = m.adv WHERE m.until IS NULL AND ${where} GROUP BY m.component`;

const EVERY_LOAD = load('main.match m NOT INDEXED');
const PUT_LOADS = `INSERT INTO main.component_load (component, ${LOAD_COLUMNS.join(', ')})`;

/** Fills component_load, which is empty. */
export const ALL_LOADS = `${PUT_LOADS} ${load('main.match m NOT INDEXED', 'true', 'temp.judged')}`;
/** What it needs of advisories, narrow: it is asked for every match. */
export const JUDGED = 'INSERT INTO temp.judged SELECT adv, decision, severity FROM main.match_advisory';
/** The loads of components in temp.touched, which have none. */
export const TOUCHED_LOADS = `${PUT_LOADS} ${load('temp.touched t CROSS JOIN main.match m ON m.component = t.component')}`;
/** The load of one component that has none. */
export const PUT_LOAD = `${PUT_LOADS} ${load('main.match m', 'm.component = ?')}`;

/** Matches of a component that gets its first device, or loses its last one, count or no longer count. */
export const shiftSql = (sign: '+' | '-'): string =>
  `UPDATE match_advisory SET ${STATE_COLUMNS.map((name, state) => `${name} = ${name} ${sign} (m.state = ${state})`).join(', ')}
   FROM match m WHERE m.component = +? AND m.until IS NULL AND match_advisory.adv = m.adv`;

const SUMS = STATE_COLUMNS.map((name, state) => `sum(m.state = ${state}) AS ${name}`).join(', ');

/** Open matches on devices, by state, of the advisories in a table: all, less those of components that no device has any more. */
const tally = (advisories: string, isAll: boolean): string => {
  const from = isAll
    ? 'main.match m INDEXED BY match_adv'
    : `${advisories} t CROSS JOIN main.match m INDEXED BY match_adv ON m.adv = t.adv`;
  return `SELECT t.adv AS adv, ${STATE_COLUMNS.map((name) => `ifnull(n.${name}, 0) - ifnull(l.${name}, 0) AS ${name}`).join(', ')}
    FROM ${advisories} t
    LEFT JOIN (SELECT m.adv AS adv, ${SUMS} FROM ${from} WHERE m.until IS NULL GROUP BY m.adv) n ON n.adv = t.adv
    LEFT JOIN (SELECT m.adv AS adv, ${SUMS} FROM main.component_count c INDEXED BY component_idle CROSS JOIN main.match m ON m.component = c.id
      WHERE c.devices = 0 AND m.until IS NULL GROUP BY m.adv) l ON l.adv = t.adv`;
};

/** Counts the matches of the advisories in temp.recount, passing all matches or looking for theirs. */
export const putTally = (isAll: boolean): string => `
UPDATE main.match_advisory SET ${STATE_COLUMNS.map((name) => `${name} = n.${name}`).join(', ')}
FROM (${tally('temp.recount', isAll)}) n WHERE match_advisory.adv = n.adv
  AND (${STATE_COLUMNS.map((name) => `match_advisory.${name} <> n.${name}`).join(' OR ')})`;

/** Differences between what is kept and what the matches say; for `verify`. */
export const DERIVED_FAULTS = `
SELECT 'component ' || component || ' counts other findings than it has' FROM (
  SELECT * FROM (SELECT component, ${LOAD_COLUMNS.join(', ')} FROM component_load EXCEPT ${EVERY_LOAD})
  UNION SELECT * FROM (${EVERY_LOAD} EXCEPT SELECT component, ${LOAD_COLUMNS.join(', ')} FROM component_load))
UNION ALL
SELECT 'advisory ' || g.osv_id || ' counts other findings than it has' FROM match_advisory g
JOIN (${tally('match_advisory', true)}) n ON n.adv = g.adv
WHERE ${STATE_COLUMNS.map((name) => `g.${name} <> n.${name}`).join(' OR ')}
UNION ALL
SELECT 'advisory ' || adv || ' has matches and is not there' FROM (
  SELECT DISTINCT m.adv AS adv FROM match m INDEXED BY match_adv WHERE m.adv NOT IN (SELECT adv FROM match_advisory))
LIMIT 20`;
