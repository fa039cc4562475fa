import { existsSync } from 'node:fs';
import { type Cursor, decodeCursor, encodeCursor } from '../../platform/cursor.ts';
import { type Database, openDatabase } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { likePattern } from '../../platform/text.ts';
import { attachSnapshot, detachSnapshot } from './snapshot-queries.ts';
import { snapshotPath } from './snapshot-schema.ts';
import type {
  Decision,
  Finding,
  FindingCounts,
  FindingFilter,
  FixState,
  Severity,
  Verdict,
  WorkState,
} from './types.ts';
import { DECISIONS, SEVERITIES } from './types.ts';

// Read model of findings. Reads match, coord, catalog_update, task (state.db) and adv, source, alias (snapshot).

type FindingRow = {
  coord: number;
  adv: number;
  since: string;
  until: string | null;
  verdict: Verdict;
  fixed: string | null;
  severity: Severity;
  decision: Decision;
  eco: string;
  name: string;
  version: string;
  devices: number;
  osv_id: string;
  feed: string;
  summary: string;
  cvss: string | null;
  aliases: string | null;
  planned: number;
  order_value: string | number;
};

const FIX_STATE = `CASE WHEN m.fixed IS NOT NULL THEN 'available' WHEN m.verdict = 'review' THEN 'undetermined' ELSE 'none' END`;

// Ordered and not yet shown by an inventory: the finding is planned, not gone.
const PLANNED = `EXISTS (SELECT 1 FROM main.catalog_update u JOIN main.task t ON t.update_id = u.id
  WHERE u.ecosystem = c.eco AND u.source = c.name AND u.source_key > c.key AND t.state IN ('queued', 'running', 'installed'))`;

const ORDER: Readonly<Record<NonNullable<FindingFilter['sort']>, string>> = {
  decision: `CASE m.decision WHEN 'act' THEN 0 WHEN 'attend' THEN 1 WHEN 'track-star' THEN 2 ELSE 3 END`,
  severity: `CASE m.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END`,
  package: 'c.name',
  advisory: 'a.osv_id',
  devices: 'held.devices',
  since: 'm.since',
};

const FROM = `FROM main.match m
CROSS JOIN main.coord c ON c.id = m.coord
CROSS JOIN main.coord_count held ON held.id = m.coord
CROSS JOIN snap.adv a ON a.id = m.adv
CROSS JOIN snap.source s ON s.id = a.source`;

const COLUMNS = `m.coord, m.adv, m.since, m.until, m.verdict, m.fixed, m.severity, m.decision, c.eco, c.name, c.version, held.devices,
  a.osv_id, s.name AS feed, a.summary, a.cvss,
  (SELECT json_group_array(l.vuln) FROM snap.alias l WHERE l.adv = a.id AND l.kind = 'alias') AS aliases,
  ${PLANNED} AS planned`;

type Condition = { sql: string[]; values: unknown[] };

const oneOf = (condition: Condition, expression: string, values: readonly string[] | undefined): void => {
  if (!values || values.length === 0) return;
  condition.sql.push(`${expression} IN (${values.map(() => '?').join(', ')})`);
  condition.values.push(...values);
};

const conditionOf = (filter: Omit<FindingFilter, 'limit'>, coords?: readonly number[]): Condition => {
  const condition: Condition = { sql: [], values: [] };
  if (filter.state === 'fixed') condition.sql.push('held.devices = 0', 'm.until IS NULL');
  else condition.sql.push('held.devices > 0', 'm.until IS NULL');
  if (filter.state === 'planned') condition.sql.push(PLANNED);
  if (filter.state === 'open') condition.sql.push(`NOT ${PLANNED}`);
  if (filter.verdict) oneOf(condition, 'm.verdict', [filter.verdict]);
  oneOf(condition, 'm.severity', filter.severity);
  oneOf(condition, 'm.decision', filter.decision);
  oneOf(condition, 's.name', filter.feed);
  oneOf(condition, FIX_STATE, filter.fixState);
  if (coords) {
    condition.sql.push('m.coord IN (SELECT value FROM json_each(?))');
    condition.values.push(JSON.stringify(coords));
  }
  const search = filter.search?.trim();
  if (search) {
    const pattern = likePattern(search);
    condition.sql.push(
      `(c.name LIKE ? ESCAPE '\\' OR a.osv_id LIKE ? ESCAPE '\\' OR a.summary LIKE ? ESCAPE '\\'
        OR EXISTS (SELECT 1 FROM snap.alias l WHERE l.adv = a.id AND l.vuln LIKE ? ESCAPE '\\'))`,
    );
    condition.values.push(pattern, pattern, pattern, pattern);
  }
  return condition;
};

const stateOf = (row: FindingRow): WorkState =>
  row.devices === 0 || row.until !== null ? 'fixed' : row.planned ? 'planned' : 'open';

const fixStateOf = (row: FindingRow): FixState =>
  row.fixed !== null ? 'available' : row.verdict === 'review' ? 'undetermined' : 'none';

const toFinding = (row: FindingRow): Finding => ({
  id: `${row.coord}.${row.adv}`,
  coord: row.coord,
  adv: row.adv,
  advisory: row.osv_id,
  aliases: row.aliases === null ? [] : (JSON.parse(row.aliases) as string[]),
  feed: row.feed,
  summary: row.summary,
  severity: row.severity,
  ...(row.cvss === null ? {} : { cvss: row.cvss }),
  decision: row.decision,
  verdict: row.verdict,
  fixState: fixStateOf(row),
  state: stateOf(row),
  ecosystem: row.eco,
  package: row.name,
  version: row.version,
  ...(row.fixed === null ? {} : { fixed: row.fixed }),
  devices: row.devices,
  since: row.since,
  ...(row.until === null ? {} : { until: row.until }),
});

const parseFindingId = (id: string | number): { coord: number; adv: number } => {
  const match = /^(\d{1,15})\.(\d{1,16})$/.exec(String(id));
  if (!match) throw new AppError('MALFORMED', 'not the id of a finding');
  return { coord: Number(match[1]), adv: Number(match[2]) };
};

const emptyCounts = (): FindingCounts => {
  const fixes = (): Record<FixState, number> => ({ available: 0, none: 0, undetermined: 0 });
  return {
    open: 0,
    affected: 0,
    review: 0,
    fixAvailable: 0,
    devices: 0,
    bySeverity: Object.fromEntries(SEVERITIES.map((severity) => [severity, 0])) as Record<Severity, number>,
    matrix: Object.fromEntries(DECISIONS.map((decision) => [decision, fixes()])) as Record<
      Decision,
      Record<FixState, number>
    >,
  };
};

const listOn = (db: Database, filter: FindingFilter, coords?: readonly number[]) => {
  const condition = conditionOf(filter, coords);
  const where = condition.sql.join(' AND ');
  const total = db.prepare<unknown[], { n: number }>(`SELECT count(*) AS n ${FROM} WHERE ${where}`);
  const order = ORDER[filter.sort ?? 'decision'];
  const direction = filter.descending ? 'DESC' : 'ASC';
  const keyset: Condition = { sql: [], values: [] };
  if (filter.after !== undefined) {
    const cursor: Cursor = decodeCursor(filter.after);
    const { coord, adv } = parseFindingId(cursor.id);
    keyset.sql.push(`(${order}, m.coord, m.adv) ${filter.descending ? '<' : '>'} (?, ?, ?)`);
    keyset.values.push(cursor.value, coord, adv);
  }
  const rows = db
    .prepare<unknown[], FindingRow>(
      `SELECT ${COLUMNS}, ${order} AS order_value ${FROM} WHERE ${[...condition.sql, ...keyset.sql].join(' AND ')}
       ORDER BY order_value ${direction}, m.coord ${direction}, m.adv ${direction} LIMIT ?`,
    )
    .all(...condition.values, ...keyset.values, filter.limit + 1);
  const page = rows.slice(0, filter.limit);
  const last = page.at(-1);
  return {
    rows: page.map(toFinding),
    total: total.get(...condition.values)?.n ?? 0,
    ...(rows.length > filter.limit && last
      ? { next: encodeCursor({ value: last.order_value, id: `${last.coord}.${last.adv}` }) }
      : {}),
  };
};

const countsOn = (db: Database): FindingCounts => {
  const counts = structuredClone(emptyCounts()) as {
    -readonly [K in keyof FindingCounts]: FindingCounts[K];
  };
  const bySeverity: Record<string, number> = { ...counts.bySeverity };
  const matrix: Record<string, Record<string, number>> = structuredClone(counts.matrix);
  const groups = db
    .prepare<[], { severity: Severity; decision: Decision; verdict: Verdict; fix: FixState; n: number }>(
      `SELECT m.severity, m.decision, m.verdict, ${FIX_STATE} AS fix, count(*) AS n
       FROM main.match m CROSS JOIN main.coord_count held ON held.id = m.coord
       WHERE m.until IS NULL AND held.devices > 0 GROUP BY 1, 2, 3, 4`,
    )
    .all();
  for (const { severity, decision, verdict, fix, n } of groups) {
    counts.open += n;
    if (verdict === 'affected') counts.affected += n;
    else counts.review += n;
    if (verdict === 'affected' && fix === 'available') counts.fixAvailable += n;
    bySeverity[severity] = (bySeverity[severity] ?? 0) + n;
    const row = matrix[decision];
    if (row) row[fix] = (row[fix] ?? 0) + n;
  }
  return {
    ...counts,
    bySeverity: bySeverity as FindingCounts['bySeverity'],
    matrix: matrix as FindingCounts['matrix'],
  };
};

/**
 * Read-only connection for the lists: state.db with the snapshot in force attached. It looks at the number in force at
 * each use, so a list never mixes two snapshots. Without a snapshot there are no findings.
 */
export const findingQueries = (options: { statePath: string; folder: string; current: () => number }) => {
  let held: { db: Database; number: number } | undefined;
  const open = (): Database | undefined => {
    const number = options.current();
    if (held?.number === number) return number > 0 ? held.db : undefined;
    const db = held?.db ?? openDatabase(options.statePath, { readonly: true });
    if (held && held.number > 0) detachSnapshot(db);
    const path = snapshotPath(options.folder, number);
    const attached = number > 0 && existsSync(path) ? number : 0;
    if (attached > 0) attachSnapshot(db, path);
    held = { db, number: attached };
    return attached > 0 ? db : undefined;
  };
  return {
    list: (filter: FindingFilter, coords?: readonly number[]) => {
      const db = open();
      return db ? listOn(db, filter, coords) : { rows: [], total: 0 };
    },
    find: (coord: number, adv: number): Finding | undefined => {
      const row = open()
        ?.prepare<[number, number], FindingRow>(
          `SELECT ${COLUMNS}, 0 AS order_value ${FROM} WHERE m.coord = ? AND m.adv = ? ORDER BY m.since DESC LIMIT 1`,
        )
        .get(coord, adv);
      return row ? toFinding(row) : undefined;
    },
    inputs: (coord: number, adv: number): unknown => {
      const row = open()
        ?.prepare<[number, number], { inputs: string }>(
          'SELECT inputs FROM main.match WHERE coord = ? AND adv = ? ORDER BY since DESC LIMIT 1',
        )
        .get(coord, adv);
      return row ? JSON.parse(row.inputs) : undefined;
    },
    key: (coord: number): Buffer | null =>
      open()?.prepare<[number], { key: Buffer | null }>('SELECT key FROM main.coord WHERE id = ?').get(coord)?.key ??
      null,
    counts: (): FindingCounts => {
      const db = open();
      return db ? countsOn(db) : emptyCounts();
    },
    /** Open matches of some coordinates: coordinate, severity, decision. */
    openOf: (coords: readonly number[]): readonly { coord: number; severity: Severity; decision: Decision }[] =>
      open()
        ?.prepare<[string], { coord: number; severity: Severity; decision: Decision }>(
          `SELECT m.coord, m.severity, m.decision FROM main.match m
           WHERE m.until IS NULL AND m.verdict = 'affected' AND m.coord IN (SELECT value FROM json_each(?))`,
        )
        .all(JSON.stringify(coords)) ?? [],
    /** Coordinates with an open match of an advisory by its id or one of its aliases. */
    coordsOf: (advisory: string): readonly number[] =>
      open()
        ?.prepare<[{ id: string }], number>(
          `SELECT DISTINCT m.coord FROM main.match m WHERE m.until IS NULL AND m.adv IN
             (SELECT a.id FROM snap.source s CROSS JOIN snap.adv a ON a.source = s.id AND a.osv_id IN (@id, upper(@id))
              UNION SELECT adv FROM snap.alias WHERE vuln IN (@id, upper(@id)))`,
        )
        .pluck()
        .all({ id: advisory }) ?? [],
    /** Coordinates that have an open match. */
    openCoords: (): ReadonlySet<number> =>
      new Set(
        open()
          ?.prepare<[], { coord: number }>(
            `SELECT DISTINCT m.coord FROM main.match m CROSS JOIN main.coord_count held ON held.id = m.coord
             WHERE m.until IS NULL AND held.devices > 0`,
          )
          .all()
          .map((row) => row.coord) ?? [],
      ),
    /** What fixes the open findings, per ecosystem and source package; for requests and the list of updates. */
    fixes: (): readonly FixNeeded[] =>
      open()
        ?.prepare<[], FixNeeded>(
          `SELECT c.eco AS ecosystem, c.name AS source, m.fixed AS fixed, m.severity AS severity, m.decision AS decision,
             sum(held.devices) AS devices, count(*) AS findings
           FROM main.match m CROSS JOIN main.coord c ON c.id = m.coord
           CROSS JOIN main.coord_count held ON held.id = m.coord
           WHERE m.until IS NULL AND m.verdict = 'affected' AND m.fixed IS NOT NULL AND held.devices > 0
           GROUP BY 1, 2, 3, 4, 5`,
        )
        .all() ?? [],
    /** Coordinates with an open finding that a newer version would close, and the source package of each. */
    fixable: (): readonly { coord: number; source: string }[] =>
      open()
        ?.prepare<[], { coord: number; source: string }>(
          `SELECT DISTINCT c.id AS coord, c.eco || char(0) || c.name AS source
           FROM main.match m CROSS JOIN main.coord c ON c.id = m.coord
           CROSS JOIN main.coord_count held ON held.id = m.coord
           WHERE m.until IS NULL AND m.verdict = 'affected' AND m.fixed IS NOT NULL AND held.devices > 0`,
        )
        .all() ?? [],
    /** The ids of advisories with open findings, for the request. */
    advisoryIds: (limit: number): readonly string[] =>
      open()
        ?.prepare<[number], { id: string }>(
          `SELECT DISTINCT a.osv_id AS id FROM main.match m CROSS JOIN main.coord_count held ON held.id = m.coord
           CROSS JOIN snap.adv a ON a.id = m.adv WHERE m.until IS NULL AND held.devices > 0 ORDER BY 1 LIMIT ?`,
        )
        .all(limit)
        .map((row) => row.id) ?? [],
    parseId: parseFindingId,
    close: (): void => {
      held?.db.close();
      held = undefined;
    },
  };
};

export type FixNeeded = {
  readonly ecosystem: string;
  readonly source: string;
  readonly fixed: string;
  readonly severity: Severity;
  readonly decision: Decision;
  readonly devices: number;
  readonly findings: number;
};

export type FindingQueries = ReturnType<typeof findingQueries>;
