import { type Cursor, decodeCursor, encodeCursor } from '../../platform/cursor.ts';
import type { Database } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { likePattern } from '../../platform/text.ts';
import { fixStateOf, STATE_COLUMNS, statesOf, verdictOf } from './match-state.ts';
import { DECISIONS, type Finding, type FindingFilter, SEVERITIES, type WorkState } from './types.ts';

// Pages of findings. Reads match, match_advisory, coord, catalog_update, task. An order walks the index of what it sorts by
// until the page is full; what a filter finds by name or by device is listed first and sorted then.

export type FindingRow = {
  coord: number;
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
  order_value: string | number;
};

const ORDERED = `t.state IN ('queued', 'running', 'installed')`;

// Ordered and not yet shown by an inventory: the finding is planned, not gone.
const PLANNED = `EXISTS (SELECT 1 FROM catalog_update u JOIN task t ON t.update_id = u.id
  WHERE u.ecosystem = c.eco AND u.source = c.name AND u.source_key > c.key AND ${ORDERED})`;
const PLANNED_COORDS = `SELECT DISTINCT c.id AS coord
  FROM (SELECT DISTINCT u.ecosystem AS eco, u.source AS name, u.source_key AS key FROM task t CROSS JOIN catalog_update u ON u.id = t.update_id
    WHERE ${ORDERED}) u
  CROSS JOIN coord c INDEXED BY coord_key ON c.eco = u.eco AND c.name = u.name AND c.key < u.key`;

export const COLUMNS = `m.coord, m.adv, m.since, m.until, m.state, m.fixed, g.severity, g.decision, c.eco, c.name, c.version,
  held.devices, g.osv_id, g.feed, g.summary, g.cvss, g.aliases,
  (json_extract(g.inputs, '$.exploitedSince') IS NOT NULL OR json_extract(g.inputs, '$.exploitation') IS 'active') AS exploited,
  ${PLANNED} AS planned`;

const BY_ADVISORY = (index: string): string =>
  `match_advisory g INDEXED BY ${index} CROSS JOIN match m INDEXED BY match_adv ON m.adv = g.adv AND m.until IS NULL
   CROSS JOIN coord_count held ON held.id = m.coord CROSS JOIN coord c ON c.id = m.coord`;
const BY_COORDINATE = (coordinates: string): string =>
  `${coordinates} CROSS JOIN match m ON m.coord = c.id AND m.until IS NULL CROSS JOIN match_advisory g ON g.adv = m.adv
   CROSS JOIN coord_count held ON held.id = c.id`;

type Order = { from: string; keys: readonly [string, string, string] };

const ORDERS: Readonly<Record<NonNullable<FindingFilter['sort']>, Order>> = {
  decision: { from: BY_ADVISORY('match_advisory_decision'), keys: ['g.decision', 'g.adv', 'm.coord'] },
  severity: { from: BY_ADVISORY('match_advisory_severity'), keys: ['g.severity', 'g.adv', 'm.coord'] },
  advisory: { from: BY_ADVISORY('match_advisory_name'), keys: ['g.osv_id', 'g.adv', 'm.coord'] },
  package: { from: BY_COORDINATE('coord c INDEXED BY coord_name'), keys: ['c.name', 'c.id', 'm.adv'] },
  devices: { from: '', keys: ['held.devices', 'm.coord', 'm.adv'] },
  since: {
    from: `match m INDEXED BY match_since CROSS JOIN coord_count held ON held.id = m.coord CROSS JOIN coord c ON c.id = m.coord
      CROSS JOIN match_advisory g ON g.adv = m.adv`,
    keys: ['m.since', 'm.coord', 'm.adv'],
  },
};
const LISTED = `listed CROSS JOIN match m ON m.coord = listed.coord AND m.adv = listed.adv
   CROSS JOIN coord_count held ON held.id = m.coord CROSS JOIN coord c ON c.id = m.coord
   CROSS JOIN match_advisory g ON g.adv = m.adv`;

type Condition = { sql: string[]; values: unknown[] };

const add = (condition: Condition, sql: string, ...values: unknown[]): void => {
  condition.sql.push(sql);
  condition.values.push(...values);
};

const numbered = (column: string, values: readonly string[], all: readonly string[]): string =>
  `${column} IN (${values.map((value) => all.indexOf(value)).join(', ')})`;

/** What advisories must be like. */
const advisoryCondition = (filter: Omit<FindingFilter, 'limit'>): Condition => {
  const condition: Condition = { sql: [], values: [] };
  if (filter.severity?.length) add(condition, numbered('g.severity', filter.severity, SEVERITIES));
  if (filter.decision?.length) add(condition, numbered('g.decision', filter.decision, DECISIONS));
  if (filter.feed?.length) add(condition, 'g.feed IN (SELECT value FROM json_each(?))', JSON.stringify(filter.feed));
  return condition;
};

const countOf = (states: readonly number[]): string =>
  states.map((state) => `g.${STATE_COLUMNS[state]}`).join(' + ') || '0';

/** The matches that a filter names one by one; undefined: it does not, and an order is walked instead. */
const listedBy = (
  filter: Omit<FindingFilter, 'limit'>,
  coords: readonly number[] | undefined,
): Condition | undefined => {
  const sets: Condition[] = [];
  if (coords)
    sets.push({
      sql: ['SELECT m.coord, m.adv FROM json_each(?) e CROSS JOIN match m ON m.coord = e.value WHERE m.until IS NULL'],
      values: [JSON.stringify(coords)],
    });
  if (filter.state === 'planned')
    sets.push({
      sql: [
        `SELECT m.coord, m.adv FROM (${PLANNED_COORDS}) p CROSS JOIN match m ON m.coord = p.coord WHERE m.until IS NULL`,
      ],
      values: [],
    });
  if (filter.state === 'fixed')
    sets.push({
      sql: [
        'SELECT m.coord, m.adv FROM coord_count c INDEXED BY coord_idle CROSS JOIN match m ON m.coord = c.id WHERE c.devices = 0 AND m.until IS NULL',
      ],
      values: [],
    });
  const search = filter.search?.trim();
  if (search) {
    const pattern = likePattern(search);
    sets.push({
      sql: [
        `SELECT m.coord, m.adv FROM (SELECT DISTINCT name FROM source_package WHERE name LIKE ? ESCAPE '\\') p
           CROSS JOIN coord c INDEXED BY coord_name ON c.name = p.name
           CROSS JOIN match m ON m.coord = c.id WHERE m.until IS NULL
         UNION SELECT m.coord, m.adv FROM match_advisory g CROSS JOIN match m INDEXED BY match_adv ON m.adv = g.adv
           WHERE (g.osv_id LIKE ? ESCAPE '\\' OR g.summary LIKE ? ESCAPE '\\' OR g.names LIKE ? ESCAPE '\\') AND m.until IS NULL`,
      ],
      values: [pattern, pattern, pattern, pattern],
    });
  }
  if (sets.length === 0) return undefined;
  return {
    sql: [
      `WITH listed (coord, adv) AS MATERIALIZED (${sets.map(({ sql }) => `SELECT * FROM (${sql[0]})`).join(' INTERSECT ')})`,
    ],
    values: sets.flatMap(({ values }) => values),
  };
};

const workStateOf = (row: FindingRow): WorkState =>
  row.devices === 0 || row.until !== null ? 'fixed' : row.planned ? 'planned' : 'open';

export const toFinding = (row: FindingRow): Finding => ({
  id: `${row.coord}.${row.adv}`,
  coord: row.coord,
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
  devices: row.devices,
  since: row.since,
  ...(row.until === null ? {} : { until: row.until }),
});

/** The parts of a finding's id; throws MALFORMED. */
export const parseFindingId = (id: string | number): { coord: number; adv: number } => {
  const match = /^(\d{1,15})\.(\d{1,16})$/.exec(String(id));
  if (!match) throw new AppError('MALFORMED', 'not the id of a finding');
  return { coord: Number(match[1]), adv: Number(match[2]) };
};

/** Where the page before ended; beside the whole order its first two keys, by which the index is entered. */
const beyond = (after: string, keys: Order['keys'], descending: boolean): Condition => {
  const cursor: Cursor = decodeCursor(after);
  const { coord, adv } = parseFindingId(cursor.id);
  const key = [cursor.value, ...(keys[1] === 'g.adv' ? [adv, coord] : [coord, adv])];
  const sign = descending ? '<' : '>';
  const isOneTable = keys[0].slice(0, 2) === keys[1].slice(0, 2);
  return {
    sql: [
      ...(isOneTable ? [`(${keys[0]}, ${keys[1]}) ${sign}= (?, ?)`] : []),
      `(${keys.join(', ')}) ${sign} (?, ?, ?)`,
    ],
    values: [...(isOneTable ? key.slice(0, 2) : []), ...key],
  };
};

/** One page with the exact number of findings; `coords`: of these coordinates only. */
export const findingPage = (db: Database, filter: FindingFilter, coords?: readonly number[]) => {
  const states = statesOf(filter);
  const listed = listedBy(filter, coords);
  const { from, keys } = ORDERS[filter.sort ?? 'decision'];
  const ofAdvisory = advisoryCondition(filter);
  const condition: Condition = { sql: [...ofAdvisory.sql], values: [...ofAdvisory.values] };
  add(condition, 'm.until IS NULL');
  add(condition, filter.state === 'fixed' ? 'held.devices = 0' : 'held.devices > 0');
  if (states.length < STATE_COLUMNS.length) add(condition, `m.state IN (${states.join(', ')})`);
  // Whole advisories without such a finding are passed over.
  if (listed === undefined && states.length < STATE_COLUMNS.length) add(condition, `${countOf(states)} > 0`);
  const prefix = listed?.sql[0] ?? '';
  const given = listed?.values ?? [];
  const open: Condition = { sql: [...condition.sql], values: [...condition.values] };
  if (filter.state === 'open') add(open, `NOT ${PLANNED}`);

  const counted = (sql: string, values: readonly unknown[]): number =>
    db
      .prepare<unknown[], number>(sql)
      .pluck()
      .get(...values) ?? 0;
  const total = (): number => {
    if (listed !== undefined)
      return counted(`${prefix} SELECT count(*) FROM ${LISTED} WHERE ${open.sql.join(' AND ')}`, [
        ...given,
        ...open.values,
      ]);
    const all = counted(
      `SELECT sum(${countOf(states)}) FROM match_advisory g WHERE ${['true', ...ofAdvisory.sql].join(' AND ')}`,
      ofAdvisory.values,
    );
    if (filter.state !== 'open') return all;
    const planned = counted(
      `SELECT count(*) FROM (${PLANNED_COORDS}) p CROSS JOIN coord_count held ON held.id = p.coord CROSS JOIN match m ON m.coord = p.coord
       CROSS JOIN match_advisory g ON g.adv = m.adv WHERE ${condition.sql.join(' AND ')}`,
      condition.values,
    );
    return all - planned;
  };

  const direction = filter.descending ? 'DESC' : 'ASC';
  const keyset =
    filter.after === undefined ? { sql: [], values: [] } : beyond(filter.after, keys, filter.descending ?? false);
  const read = (before: string, first: readonly unknown[], of: string): FindingRow[] =>
    db
      .prepare<unknown[], FindingRow>(
        `${before} SELECT ${COLUMNS}, ${keys[0]} AS order_value FROM ${of} WHERE ${[...open.sql, ...keyset.sql].join(' AND ')}
         ORDER BY ${keys.map((key) => `${key} ${direction}`).join(', ')} LIMIT ?`,
      )
      .all(...first, ...open.values, ...keyset.values, filter.limit + 1);
  /**
   * By number of devices no index leads, since it would be written for every package of every report: the coordinates with
   * the most are found first, and more of them while their matches do not fill the page.
   */
  const readByDevices = (): FindingRow[] => {
    const from = filter.after === undefined ? undefined : decodeCursor(filter.after);
    const sign = filter.descending ? '<=' : '>=';
    const ranked = db
      .prepare<unknown[], number>(
        `SELECT held.id FROM coord_load l CROSS JOIN coord_count held ON held.id = l.coord
         WHERE held.devices > 0 ${from === undefined ? '' : `AND (held.devices, held.id) ${sign} (?, ?)`}
         ORDER BY held.devices ${direction}, held.id ${direction} LIMIT ?`,
      )
      .pluck();
    for (let most = filter.limit + 1; ; most *= 16) {
      const coordinates = ranked.all(...(from === undefined ? [] : [from.value, parseFindingId(from.id).coord]), most);
      const among = 'WITH among (coord) AS MATERIALIZED (SELECT value FROM json_each(?))';
      const rows = read(
        among,
        [JSON.stringify(coordinates)],
        BY_COORDINATE('among CROSS JOIN coord c ON c.id = among.coord'),
      );
      if (rows.length > filter.limit || coordinates.length < most) return rows;
    }
  };
  /** What is named one by one is found once, counted, and only the rows of the page are read whole. */
  const readListed = (): { rows: FindingRow[]; total: number } => {
    const alias = (key: string): string => (key === keys[0] ? 'first' : key.endsWith('adv') ? 'adv' : 'coord');
    const order = keys.map((key) => `${alias(key)} ${direction}`).join(', ');
    const after = filter.after === undefined ? undefined : decodeCursor(filter.after);
    const from = after === undefined ? undefined : { first: after.value, ...parseFindingId(after.id) };
    const past =
      from === undefined ? '' : ` WHERE (${keys.map(alias).join(', ')}) ${filter.descending ? '<' : '>'} (?, ?, ?)`;
    const pastValues = from === undefined ? [] : keys.map((key) => from[alias(key) as keyof typeof from]);
    const found = db
      .prepare<unknown[], { coord: number; adv: number; total: number }>(
        `${prefix}, found (first, coord, adv) AS MATERIALIZED (SELECT ${keys[0]}, m.coord, m.adv FROM ${LISTED} WHERE ${open.sql.join(' AND ')})
         SELECT coord, adv, (SELECT count(*) FROM found) AS total FROM found${past} ORDER BY ${order} LIMIT ?`,
      )
      .all(...given, ...open.values, ...pastValues, filter.limit + 1);
    const read = db.prepare<[string], FindingRow>(
      `WITH listed (at, coord, adv) AS MATERIALIZED (SELECT key, value ->> 0, value ->> 1 FROM json_each(?))
       SELECT ${COLUMNS}, ${keys[0]} AS order_value FROM ${LISTED} ORDER BY listed.at`,
    );
    return {
      rows: read.all(JSON.stringify(found.map(({ coord, adv }) => [coord, adv]))),
      // Past the last row nothing says how many there are.
      total: found[0]?.total ?? total(),
    };
  };
  const walked = (): { rows: FindingRow[]; total: number } => ({
    rows: filter.sort === 'devices' ? readByDevices() : read('', [], from),
    total: total(),
  });
  const { rows, total: all } = listed === undefined ? walked() : readListed();
  const page = rows.slice(0, filter.limit);
  const last = page.at(-1);
  return {
    rows: page.map(toFinding),
    total: all,
    ...(rows.length > filter.limit && last
      ? { next: encodeCursor({ value: last.order_value, id: `${last.coord}.${last.adv}` }) }
      : {}),
  };
};
