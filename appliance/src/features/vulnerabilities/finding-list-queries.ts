import { defined } from '@sallyport/bundle-tools/platform/defined';
import { editionOf } from '@sallyport/bundle-tools/versions/edition';
import type { Database } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { allTrue, type Condition } from '../../platform/list/condition.ts';
import { keyAfter, type Order, pageOf, readRows } from '../../platform/list/list-queries.ts';
import { statements } from '../../platform/statements.ts';
import { type FindingPlan, findingPlan } from './field-queries.ts';
import { fixStateOf, isWithoutFix, STATE_COLUMNS, verdictOf } from './match-state.ts';
import { DECISIONS, type Finding, type FindingQuery, SEVERITIES, type WorkState } from './types.ts';

// Pages of findings. Reads match, match_advisory, component, catalog_update, task, feed, unfulfilled. An order walks the index of what it sorts by
// until the page is full; what a filter finds by name or by device is listed first and sorted then.

export type FindingRow = {
  component: number;
  adv: number;
  since: string;
  until: string | null;
  state: number;
  fixed: string | null;
  severity: number;
  decision: number;
  eco: string;
  name: string;
  version: string;
  devices: number;
  osv_id: string;
  feed: string;
  summary: string;
  cvss: string | null;
  aliases: string;
  exploited: number;
  planned: number;
  aged: string | null;
};

const ORDERED = `t.state IN ('queued', 'running', 'installed')`;

// Ordered and not yet shown by an inventory: the finding is planned, not gone.
const PLANNED = `EXISTS (SELECT 1 FROM catalog_update u JOIN task t ON t.update_id = u.id
  WHERE u.ecosystem = c.eco AND u.source = c.name AND u.source_key > c.key AND ${ORDERED})`;
const PLANNED_COMPONENTS = `SELECT DISTINCT c.id AS component
  FROM (SELECT DISTINCT u.ecosystem AS eco, u.source AS name, u.source_key AS key FROM task t CROSS JOIN catalog_update u ON u.id = t.update_id
    WHERE ${ORDERED}) u
  CROSS JOIN component c INDEXED BY component_key ON c.eco = u.eco AND c.name = u.name AND c.key < u.key`;

// The feed is gone, or the security suite that the advisory was made of (`suite:<suite>:<source>:<version>`).
const AGED = `coalesce((SELECT gone_since FROM feed WHERE feed = g.feed),
  CASE WHEN g.osv_id GLOB 'suite:*' THEN (SELECT min(since) FROM unfulfilled WHERE kind = 'suite'
    AND substr(want, instr(want, '/') + 1) = substr(g.osv_id, 7, instr(substr(g.osv_id, 7), ':') - 1)) END)`;

export const COLUMNS = `m.component, m.adv, m.since, m.until, m.state, m.fixed, g.severity, g.decision, c.eco, c.name, c.version,
  held.devices, g.osv_id, g.feed, g.summary, g.cvss, g.aliases,
  (json_extract(g.inputs, '$.exploitedSince') IS NOT NULL OR json_extract(g.inputs, '$.exploitation') IS 'active') AS exploited,
  ${PLANNED} AS planned, ${AGED} AS aged`;

const BY_ADVISORY = (index: string): string =>
  `match_advisory g INDEXED BY ${index} CROSS JOIN match m INDEXED BY match_adv ON m.adv = g.adv AND m.until IS NULL
   CROSS JOIN component_count held ON held.id = m.component CROSS JOIN component c ON c.id = m.component`;
const BY_COMPONENT = (components: string): string =>
  `${components} CROSS JOIN match m ON m.component = c.id AND m.until IS NULL CROSS JOIN match_advisory g ON g.adv = m.adv
   CROSS JOIN component_count held ON held.id = c.id`;

/** Each is walked until the page is full; by number of devices see `readByDevices`. */
const ORDERS: Readonly<Record<NonNullable<FindingQuery['sort']>, Order & { from: string }>> = {
  decision: { from: BY_ADVISORY('match_advisory_decision'), keys: ['g.decision', 'g.adv', 'm.component'], entered: 2 },
  severity: { from: BY_ADVISORY('match_advisory_severity'), keys: ['g.severity', 'g.adv', 'm.component'], entered: 2 },
  advisory: { from: BY_ADVISORY('match_advisory_name'), keys: ['g.osv_id', 'g.adv', 'm.component'], entered: 2 },
  package: {
    from: BY_COMPONENT('component c INDEXED BY component_name'),
    keys: ['c.name', 'c.id', 'm.adv'],
    entered: 2,
  },
  devices: {
    from: BY_COMPONENT('among CROSS JOIN component c ON c.id = among.component'),
    keys: ['held.devices', 'm.component', 'm.adv'],
  },
  since: {
    from: `match m INDEXED BY match_since CROSS JOIN component_count held ON held.id = m.component CROSS JOIN component c ON c.id = m.component
      CROSS JOIN match_advisory g ON g.adv = m.adv`,
    keys: ['m.since', 'm.component', 'm.adv'],
    entered: 2,
  },
};
const LISTED = `listed CROSS JOIN match m ON m.component = listed.component AND m.adv = listed.adv
   CROSS JOIN component_count held ON held.id = m.component CROSS JOIN component c ON c.id = m.component
   CROSS JOIN match_advisory g ON g.adv = m.adv`;

const plain = (sql: string): Condition => ({ sql, params: [] });

const countOf = (states: readonly number[]): string =>
  states.map((state) => `g.${STATE_COLUMNS[state]}`).join(' + ') || '0';

/** The matches that a filter names one by one; undefined: it does not, and an order is walked instead. */
const listedBy = ({ named, work }: FindingPlan, components: readonly number[] | undefined): Condition | undefined => {
  const sets: Condition[] = [...named];
  if (components)
    sets.push({
      sql: 'SELECT m.component, m.adv, m.state FROM json_each(?) e CROSS JOIN match m ON m.component = e.value WHERE m.until IS NULL',
      params: [JSON.stringify(components)],
    });
  if (work === 'planned')
    sets.push(
      plain(
        `SELECT m.component, m.adv, m.state FROM (${PLANNED_COMPONENTS}) p CROSS JOIN match m ON m.component = p.component WHERE m.until IS NULL`,
      ),
    );
  if (work === 'fixed')
    sets.push(
      plain(
        'SELECT m.component, m.adv, m.state FROM component_count c INDEXED BY component_idle CROSS JOIN match m ON m.component = c.id WHERE c.devices = 0 AND m.until IS NULL',
      ),
    );
  if (sets.length === 0) return undefined;
  return {
    sql: `WITH listed (component, adv, state) AS MATERIALIZED (${sets.map(({ sql }) => `SELECT * FROM (${sql})`).join(' INTERSECT ')})`,
    params: sets.flatMap(({ params }) => params),
  };
};

const workStateOf = (row: FindingRow): WorkState =>
  row.devices === 0 || row.until !== null ? 'fixed' : row.planned ? 'planned' : 'open';

export const toFinding = (row: FindingRow): Finding => ({
  id: `${row.component}.${row.adv}`,
  component: row.component,
  adv: row.adv,
  advisory: row.osv_id,
  aliases: JSON.parse(row.aliases) as string[],
  feed: row.feed,
  summary: row.summary,
  severity: SEVERITIES[row.severity] ?? 'unknown',
  ...(row.cvss === null ? {} : { cvss: row.cvss }),
  decision: DECISIONS[row.decision] ?? 'track',
  exploited: row.exploited === 1,
  verdict: verdictOf(row.state),
  fixState: fixStateOf(row.state),
  state: workStateOf(row),
  ecosystem: row.eco,
  package: row.name,
  version: row.version,
  ...(row.fixed === null ? {} : { fixed: row.fixed }),
  ...(row.fixed !== null && isWithoutFix(row.state) ? defined({ edition: editionOf(row.eco) }) : {}),
  devices: row.devices,
  since: row.since,
  ...(row.until === null ? {} : { until: row.until }),
  ...(row.aged === null ? {} : { agedSince: row.aged }),
});

/** The parts of a finding's id; throws MALFORMED. */
export const parseFindingId = (id: string | number): { component: number; adv: number } => {
  const match = /^(\d{1,15})\.(\d{1,16})$/.exec(String(id));
  if (!match) throw new AppError('MALFORMED', 'not the id of a finding');
  return { component: Number(match[1]), adv: Number(match[2]) };
};

/** The findings of some matches, in their order. */
export const findingsAt = (db: Database, matches: readonly { component: number; adv: number }[]): Finding[] =>
  db
    .prepare<[string], FindingRow>(
      `WITH listed (at, component, adv) AS MATERIALIZED (SELECT key, value ->> 0, value ->> 1 FROM json_each(?))
       SELECT ${COLUMNS} FROM ${LISTED} ORDER BY listed.at`,
    )
    .all(JSON.stringify(matches.map(({ component, adv }) => [component, adv])))
    .map(toFinding);

/** One page with the exact number of findings; `components`: of these components only. */
export const findingPage = (db: Database, query: FindingQuery, components?: readonly number[]) => {
  const { sort = 'decision', descending = false, limit } = query;
  const plan = findingPlan(query.filter);
  const order = ORDERS[sort];
  const after = keyAfter(order, query.after);
  const { states, work, advisory: ofAdvisory } = plan;
  const isEveryState = states.length === STATE_COLUMNS.length;
  const listed = listedBy(plan, components);
  const match = listed === undefined ? 'm' : 'listed';
  const shown = [
    ...ofAdvisory,
    plain(work === 'fixed' ? 'held.devices = 0' : 'held.devices > 0'),
    ...(isEveryState ? [] : [plain(`${match}.state IN (${states.join(', ')})`)]),
    // What is listed is open. Whole advisories without such a finding are passed over.
    ...(listed === undefined ? [plain('m.until IS NULL')] : []),
    ...(listed !== undefined || isEveryState ? [] : [plain(`${countOf(states)} > 0`)]),
  ];
  /** What is listed, with the tables that this order and this filter ask. */
  const ofListed = [
    'listed CROSS JOIN component_count held ON held.id = listed.component CROSS JOIN match_advisory g ON g.adv = listed.adv',
    ...(sort === 'package' || work === 'open' ? ['component c ON c.id = listed.component'] : []),
    ...(sort === 'since' ? ['match m ON m.component = listed.component AND m.adv = listed.adv'] : []),
  ].join(' CROSS JOIN ');
  const where = allTrue(work === 'open' ? [...shown, plain(`NOT ${PLANNED}`)] : shown);

  const counted = ({ sql, params }: Condition): number =>
    db
      .prepare<unknown[], number>(sql)
      .pluck()
      .get(...params) ?? 0;
  const countListed = ({ sql, params }: Condition): number =>
    counted({
      sql: `${sql} SELECT count(*) FROM ${ofListed} WHERE ${where.sql}`,
      params: [...params, ...where.params],
    });
  const countAll = (): number => {
    const advisories = allTrue(ofAdvisory);
    const all = counted({
      sql: `SELECT sum(${countOf(states)}) FROM match_advisory g WHERE ${advisories.sql}`,
      params: advisories.params,
    });
    if (work !== 'open') return all;
    const { sql, params } = allTrue(shown);
    return (
      all -
      counted({
        sql: `SELECT count(*) FROM (${PLANNED_COMPONENTS}) p CROSS JOIN component_count held ON held.id = p.component CROSS JOIN match m ON m.component = p.component
          CROSS JOIN match_advisory g ON g.adv = m.adv WHERE ${sql}`,
        params,
      })
    );
  };

  const asked = { select: COLUMNS, from: order.from, where, order, descending, after, limit: limit + 1 };
  /**
   * By number of devices no index leads, since it would be written for every package of every report: the components with
   * the most are found first, and more of them while their matches do not fill the page.
   */
  const readByDevices = () => {
    const sql = statements(db);
    const sign = descending ? '<=' : '>=';
    const direction = descending ? 'DESC' : 'ASC';
    const ranked = sql.values<unknown[], number>(
      `SELECT held.id FROM component_load l CROSS JOIN component_count held ON held.id = l.component
         WHERE held.devices > 0 ${after === undefined ? '' : `AND (held.devices, held.id) ${sign} (?, ?)`}
         ORDER BY held.devices ${direction}, held.id ${direction} LIMIT ?`,
    );
    for (let most = limit + 1; ; most *= 16) {
      const components = ranked(...(after ?? []).slice(0, 2), most);
      const before = {
        sql: 'WITH among (component) AS MATERIALIZED (SELECT value FROM json_each(?))',
        params: [JSON.stringify(components)],
      };
      const rows = readRows<FindingRow>(db, { ...asked, before });
      if (rows.length > limit || components.length < most) return rows;
    }
  };
  /** What is named one by one is found once, counted, and only the rows of the page are read whole. */
  const readListed = (named: Condition) => {
    const alias = (key: string): string =>
      key === order.keys[0] ? 'first' : key.endsWith('adv') ? 'adv' : 'component';
    const inOrder: Order = { keys: order.keys.map(alias) };
    const found = readRows<{ component: number; adv: number; total: number }>(db, {
      ...asked,
      before: {
        sql: `${named.sql}, found (first, component, adv) AS MATERIALIZED (SELECT ${order.keys[0]}, listed.component, listed.adv FROM ${ofListed} WHERE ${where.sql})`,
        params: [...named.params, ...where.params],
      },
      select: 'component, adv, (SELECT count(*) FROM found) AS total',
      from: 'found',
      where: plain('true'),
      order: inOrder,
    });
    const { rows, ...page } = pageOf(found, inOrder, limit);
    return {
      ...page,
      rows: findingsAt(db, rows),
      // Past the last row nothing says how many there are.
      total: rows[0]?.total ?? countListed(named),
    };
  };

  if (listed !== undefined) return readListed(listed);
  const read = sort === 'devices' ? readByDevices() : readRows<FindingRow>(db, asked);
  const { rows, ...page } = pageOf<FindingRow>(read, order, limit);
  return { ...page, rows: rows.map(toFinding), total: countAll() };
};
