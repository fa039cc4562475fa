import { PAID_STREAM } from '@sallyport/bundle-tools/versions/edition';
import { readStreamedName } from '@sallyport/bundle-tools/versions/module-stream';
import { byReach } from '../../platform/by-reach.ts';
import { type Database, openDatabase } from '../../platform/database.ts';
import { type Scope, wholeSite } from '../../platform/scope.ts';
import { COLUMNS, type FindingRow, findingPage, toFinding } from './finding-list-queries.ts';
import { devicesBySource, fixesOf, type SourceDecisions, sourceDecisions, sourceFixes } from './fix-queries.ts';
import { advisoriesWithoutFix, type OpenAdvisory } from './group-queries.ts';
import { AFFECTED_FIX, fixStateOf, STATE_COLUMNS, verdictOf } from './match-state.ts';
import { namedFindings } from './named-finding-queries.ts';
import { reachedTables } from './reach-store.ts';
import { namingDamage } from './snapshot-damage-queries.ts';
import { presentSnapshot } from './snapshot-file-store.ts';
import { attachSnapshot, detachSnapshot } from './snapshot-queries.ts';
import type { ComponentLoad } from './store.ts';
import {
  DECISIONS,
  type Decision,
  type Finding,
  type FindingCounts,
  type FindingQuery,
  type FixesAbout,
  type FixNeeded,
  type FixState,
  SEVERITIES,
  type Severity,
  type SourceFix,
} from './types.ts';

// Read model of findings. Reads match, match_advisory, component, component_load (state.db) and adv, source, alias (snapshot).

type Tallies = Omit<FindingCounts, 'devices'>;

const emptyCounts = (): Tallies => {
  const fixes = (): Record<FixState, number> => ({ available: 0, none: 0, undetermined: 0 });
  return {
    open: 0,
    affected: 0,
    review: 0,
    fixAvailable: 0,
    bySeverity: Object.fromEntries(SEVERITIES.map((severity) => [severity, 0])) as Record<Severity, number>,
    matrix: Object.fromEntries(DECISIONS.map((decision) => [decision, fixes()])) as Record<
      Decision,
      Record<FixState, number>
    >,
  };
};

const countsOn = (db: Database): Tallies => {
  const counts = structuredClone(emptyCounts()) as {
    -readonly [K in keyof Tallies]: Tallies[K];
  };
  const bySeverity: Record<string, number> = { ...counts.bySeverity };
  const matrix: Record<string, Record<string, number>> = structuredClone(counts.matrix);
  const groups = db
    .prepare<[], { severity: number; decision: number } & Record<(typeof STATE_COLUMNS)[number], number>>(
      `SELECT severity, decision, ${STATE_COLUMNS.map((name) => `sum(${name}) AS ${name}`).join(', ')}
       FROM match_advisory INDEXED BY match_advisory_tally GROUP BY severity, decision`,
    )
    .all();
  for (const group of groups) {
    const severity = SEVERITIES[group.severity] ?? 'unknown';
    const row = matrix[DECISIONS[group.decision] ?? 'track'];
    for (const [state, name] of STATE_COLUMNS.entries()) {
      const n = group[name];
      const fix = fixStateOf(state);
      counts.open += n;
      if (verdictOf(state) === 'affected') counts.affected += n;
      else counts.review += n;
      if (state === AFFECTED_FIX) counts.fixAvailable += n;
      bySeverity[severity] = (bySeverity[severity] ?? 0) + n;
      if (row) row[fix] = (row[fix] ?? 0) + n;
    }
  }
  return {
    ...counts,
    bySeverity: bySeverity as FindingCounts['bySeverity'],
    matrix: matrix as FindingCounts['matrix'],
  };
};

type QueryOptions = { statePath: string; folder: string; current: () => number; scope: Scope };

/** The lists for each reach, over a connection of its own: of the site, and of the groups that were asked for last. */
export const findingQueriesIn = (options: Omit<QueryOptions, 'scope'>) => {
  const site = findingQueries({ ...options, scope: wholeSite('figures') });
  const reaches = byReach(
    (scope) => findingQueries({ ...options, scope }),
    (one) => one.close(),
  );
  return {
    site,
    of: (scope: Scope): FindingQueries => (scope.site ? site : reaches.of(scope)),
    close: (): void => {
      site.close();
      reaches.close();
    },
  };
};

/**
 * Read-only connection for the lists: state.db with the snapshot in force attached. It looks at the number in force at
 * each use, so a list never mixes two snapshots. Without a snapshot there are no findings. For groups it has tables of what they
 * reach in place of those of the site (reach-store.ts).
 */
const findingQueries = (options: QueryOptions) => {
  const { scope } = options;
  let held: { db: Database; number: number; reached: ReturnType<typeof reachedTables> | undefined } | undefined;
  const attach = (): NonNullable<typeof held> => {
    const number = options.current();
    if (held?.number === number) return held;
    const db = held?.db ?? openDatabase(options.statePath, { readonly: true });
    if (held && held.number > 0) detachSnapshot(db);
    const path = presentSnapshot(options.folder, number);
    const attached = path === undefined ? 0 : number;
    if (path !== undefined) attachSnapshot(db, path);
    held = { db, number: attached, reached: held?.reached ?? (scope.site ? undefined : reachedTables(db, scope)) };
    return held;
  };
  const open = (): Database | undefined => {
    const { db, number, reached } = attach();
    if (number === 0) return undefined;
    reached?.refresh();
    return db;
  };
  const queries = {
    list: (query: FindingQuery, components?: readonly number[]) => {
      const db = open();
      return db ? findingPage(db, query, components) : { rows: [], total: 0 };
    },
    named: (text: string, limit: number): Finding[] => {
      const db = open();
      return db ? namedFindings(db, text, limit) : [];
    },
    find: (component: number, adv: number): Finding | undefined => {
      const row = open()
        ?.prepare<[number, number], FindingRow>(
          `SELECT ${COLUMNS} FROM match m CROSS JOIN component c ON c.id = m.component
           CROSS JOIN component_count held ON held.id = m.component CROSS JOIN match_advisory g ON g.adv = m.adv WHERE m.component = ? AND m.adv = ?`,
        )
        .get(component, adv);
      return row ? toFinding(row) : undefined;
    },
    inputs: (adv: number): unknown => {
      const row = open()
        ?.prepare<[number], { inputs: string }>('SELECT inputs FROM match_advisory WHERE adv = ?')
        .get(adv);
      return row ? JSON.parse(row.inputs) : undefined;
    },
    key: (component: number): Buffer | null =>
      open()?.prepare<[number], { key: Buffer | null }>('SELECT key FROM main.component WHERE id = ?').get(component)
        ?.key ?? null,
    counts: (): Tallies => {
      const db = open();
      return db ? countsOn(db) : emptyCounts();
    },
    /** What components with a finding that certainly applies come to. */
    affectedLoads: (): readonly Pick<ComponentLoad, 'component' | 'affected' | 'worst' | 'severity'>[] =>
      open()
        ?.prepare<[], Pick<ComponentLoad, 'component' | 'affected' | 'worst' | 'severity'>>(
          'SELECT component, affected, worst, severity FROM component_load WHERE affected > 0',
        )
        .all() ?? [],
    /** Components with an open match of an advisory by its id or one of its aliases. */
    componentsOf: (advisory: string): readonly number[] =>
      open()
        ?.prepare<[{ id: string }], number>(
          `SELECT DISTINCT m.component FROM main.match m WHERE m.until IS NULL AND m.adv IN
             (SELECT r.adv FROM snap.source s CROSS JOIN snap.record r ON r.source = s.id AND r.osv_id IN (@id, upper(@id))
              UNION SELECT adv FROM snap.alias WHERE vuln IN (@id, upper(@id)))`,
        )
        .pluck()
        .all({ id: advisory }) ?? [],
    /** Components of a package with findings that a newer version closes. */
    fixableComponents: (ecosystem: string, source: string): readonly number[] =>
      open()
        ?.prepare<[string, string], number>(
          `SELECT f.component FROM source_package p CROSS JOIN component_fix f INDEXED BY component_fix_source ON f.source = p.id
           WHERE p.eco = ? AND p.name = ?`,
        )
        .pluck()
        .all(ecosystem, source) ?? [],
    /** All components of a package. */
    packageComponents: (ecosystem: string, source: string): readonly number[] => {
      const { stream, name } = readStreamedName(source);
      const db = open();
      return db === undefined
        ? []
        : db
            .prepare<[string, string, string, string], number>(
              'SELECT id FROM main.component WHERE eco = ? AND name = ? AND stream IN (?, ?)',
            )
            .pluck()
            .all(ecosystem, name, stream, stream === '' ? PAID_STREAM : stream);
    },
    /** Some versions of the packages with a name. */
    versionComponents: (name: string, versions: readonly string[]): readonly number[] =>
      open()
        ?.prepare<[string, string], number>(
          `SELECT id FROM main.component INDEXED BY component_name WHERE name = ? AND version IN (SELECT value FROM json_each(?))`,
        )
        .pluck()
        .all(name, JSON.stringify(versions)) ?? [],
    sourceFixes: (only?: FixesAbout): readonly SourceFix[] => {
      const db = open();
      return db ? sourceFixes(db, only) : [];
    },
    advisoriesWithoutFix: (): OpenAdvisory[] => {
      const db = open();
      return db ? advisoriesWithoutFix(db) : [];
    },
    sourceDecisions: (): readonly SourceDecisions[] => {
      const db = open();
      return db ? sourceDecisions(db) : [];
    },
    fixesOf: (ecosystem: string, source: string): readonly FixNeeded[] => {
      const db = open();
      return db ? fixesOf(db, ecosystem, source) : [];
    },
    devicesBySource: (sources?: readonly number[]): ReadonlyMap<number, number> => {
      const db = open();
      held?.reached?.countDevices();
      return db ? devicesBySource(db, sources) : new Map();
    },
    close: (): void => {
      held?.db.close();
      held = undefined;
    },
  };
  return namingDamage(queries, () => presentSnapshot(options.folder, options.current()));
};

type FindingQueries = ReturnType<typeof findingQueries>;
