import type { Database } from '../../platform/database.ts';
import { allTrue, type Condition } from '../../platform/list/condition.ts';
import { likePattern } from '../../platform/text.ts';
import { AFFECTED_FIX } from './match-state.ts';
import {
  DECISIONS,
  type Decision,
  type FixesAbout,
  type FixNeeded,
  SEVERITIES,
  type Severity,
  type SourceFix,
} from './types.ts';

// Read model of what newer versions close. Reads source_fix and, of one package, its matches.

const severityOf = (place: number): Severity => SEVERITIES[place] ?? 'unknown';
const decisionOf = (place: number): Decision => DECISIONS[place] ?? 'track';

type SourceRow = [number, string, string, string, number, number, number];

const about = (only: FixesAbout): Condition =>
  'text' in only
    ? {
        sql: `(p.name LIKE ? ESCAPE '\\' OR f.fixed LIKE ? ESCAPE '\\' OR p.name IN (SELECT value FROM json_each(?)))`,
        params: [likePattern(only.text), likePattern(only.text), JSON.stringify(only.packages)],
      }
    : {
        sql: `f.source IN (SELECT s.id FROM json_each(?) j CROSS JOIN source_package s
                ON s.eco = j.value ->> 0 AND s.name = j.value ->> 1)`,
        params: [JSON.stringify(only.map(({ ecosystem, source }) => [ecosystem, source]))],
      };

/** All packages with open findings on devices that a newer version closes; `only`: those, whatever case its letters have. */
export const sourceFixes = (db: Database, only?: FixesAbout): readonly SourceFix[] => {
  const { sql, params } = only === undefined ? allTrue([]) : about(only);
  return db
    .prepare<unknown[], SourceRow>(
      `SELECT f.source, p.eco, p.name, f.fixed, f.act + f.attend + f.track_star + f.track, f.unkeyed, f.worst
       FROM source_fix f CROSS JOIN source_package p ON p.id = f.source WHERE ${sql} ORDER BY f.source`,
    )
    .raw()
    .all(...params)
    .map(([number, ecosystem, source, fixed, findings, unkeyed, worst]) => ({
      number,
      ecosystem,
      source,
      fixed,
      findings,
      unkeyed,
      decision: decisionOf(Math.floor(worst / 10)),
      severity: severityOf(worst % 10),
    }));
};

/** How many findings a newer version of each package closes, by decision. */
export type SourceDecisions = {
  readonly ecosystem: string;
  readonly source: string;
  readonly byDecision: Readonly<Record<Decision, number>>;
};

/** The findings of all packages by decision. */
export const sourceDecisions = (db: Database): readonly SourceDecisions[] =>
  db
    .prepare<[], [string, string, number, number, number, number]>(
      `SELECT p.eco, p.name, f.act, f.attend, f.track_star, f.track
       FROM source_fix f CROSS JOIN source_package p ON p.id = f.source`,
    )
    .raw()
    .all()
    .map(([ecosystem, source, act, attend, star, track]) => ({
      ecosystem,
      source,
      byDecision: { act, attend, 'track-star': star, track },
    }));

/** What the open findings of a package name, by version and judgement. */
export const fixesOf = (db: Database, ecosystem: string, source: string): readonly FixNeeded[] =>
  db
    .prepare<[string, string], { fixed: string; findings: number; severity: number; decision: number }>(
      `SELECT m.fixed AS fixed, g.severity AS severity, g.decision AS decision, count(*) AS findings
       FROM source_package p CROSS JOIN component_fix f INDEXED BY component_fix_source ON f.source = p.id
       CROSS JOIN component_count held ON held.id = f.component
       CROSS JOIN match m ON m.component = f.component CROSS JOIN match_advisory g ON g.adv = m.adv
       WHERE p.eco = ? AND p.name = ? AND m.until IS NULL AND m.state = ${AFFECTED_FIX} AND held.devices > 0
       GROUP BY 1, 2, 3`,
    )
    .all(ecosystem, source)
    .map(({ severity, decision, ...row }) => ({
      ...row,
      severity: severityOf(severity),
      decision: decisionOf(decision),
    }));

/** Devices with an open finding that a newer version of a package closes, by the package's number. */
export const devicesBySource = (db: Database, sources?: readonly number[]): ReadonlyMap<number, number> => {
  const asked = sources === undefined ? null : JSON.stringify(sources);
  return new Map(
    db
      .prepare<{ asked: string | null }, [number, number]>(
        'SELECT source, devices FROM source_fix WHERE @asked IS NULL OR source IN (SELECT value FROM json_each(@asked))',
      )
      .raw()
      .all({ asked }),
  );
};
