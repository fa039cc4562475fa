import type { Database } from '../../platform/database.ts';
import type { Condition } from '../../platform/list/condition.ts';
import { likePattern } from '../../platform/text.ts';
import { findingsAt } from './finding-list-queries.ts';
import { STATE_COLUMNS } from './match-state.ts';
import type { Finding } from './types.ts';

// The first findings by a part of the name or the summary of their advisory, or of the name of their package: for the search in
// everything, which asks at each letter. A site has a million findings, so what is found is neither counted nor read whole.

type Place = { readonly decision: number; readonly adv: number; readonly component: number };

/** A package whose name holds two letters may be each of them: the worst are looked for among so many versions with findings. */
const versionsLookedAt = 500;

const ORDER = 'ORDER BY decision, adv, component LIMIT ?';
const WITHIN = 'CROSS JOIN component_count held ON held.id = c.id AND held.devices > 0';

const ofAdvisories = (db: Database, text: string, limit: number): Place[] => {
  const pattern = likePattern(text);
  return db
    .prepare<[string, string, string, number, number], Place>(
      `WITH named (adv) AS MATERIALIZED (SELECT adv FROM match_advisory INDEXED BY match_advisory_name
         WHERE osv_id LIKE ? ESCAPE '\\' OR summary LIKE ? ESCAPE '\\' OR names LIKE ? ESCAPE '\\'),
       worst (decision, adv) AS MATERIALIZED (SELECT g.decision, g.adv FROM match_advisory g INDEXED BY match_advisory_decision
         WHERE g.adv IN (SELECT adv FROM named) AND ${STATE_COLUMNS.map((name) => `g.${name}`).join(' + ')} > 0 ORDER BY g.decision, g.adv LIMIT ?)
       SELECT worst.decision AS decision, m.adv AS adv, m.component AS component
       FROM worst CROSS JOIN match m INDEXED BY match_adv ON m.adv = worst.adv AND m.until IS NULL
       CROSS JOIN component c ON c.id = m.component ${WITHIN} ${ORDER}`,
    )
    .all(pattern, pattern, pattern, limit, limit);
};

const ofPackages = (db: Database, { sql, params }: Condition, limit: number): Place[] =>
  db
    .prepare<unknown[], Place>(
      `WITH named (component) AS MATERIALIZED (SELECT c.id FROM package_name p CROSS JOIN component c INDEXED BY component_name ON c.name = p.name
         CROSS JOIN component_load l ON l.component = c.id ${WITHIN} WHERE ${sql} LIMIT ${versionsLookedAt})
       SELECT g.decision AS decision, m.adv AS adv, m.component AS component
       FROM named CROSS JOIN match m ON m.component = named.component AND m.until IS NULL CROSS JOIN match_advisory g ON g.adv = m.adv ${ORDER}`,
    )
    .all(...params, limit);

/** The worst first; of packages those whose name begins with the text, where these are enough. */
export function namedFindings(db: Database, text: string, limit: number): Finding[] {
  const begin = ofPackages(db, { sql: 'p.name >= ? AND p.name < ?', params: [text, `${text}\u{10ffff}`] }, limit);
  const packages =
    begin.length === limit
      ? begin
      : ofPackages(db, { sql: `p.name LIKE ? ESCAPE '\\'`, params: [likePattern(text)] }, limit);
  const found = [...ofAdvisories(db, text, limit), ...packages].sort(
    (a, b) => a.decision - b.decision || a.adv - b.adv || a.component - b.component,
  );
  const once = new Map(found.map((place) => [`${place.component}.${place.adv}`, place]));
  return findingsAt(db, [...once.values()].slice(0, limit));
}
