import type { Database } from '../../platform/database.ts';
import { PAID_MATCH, verdictOf } from './match-state.ts';
import { DECISIONS, type Decision, SEVERITIES, type Severity } from './types.ts';

// Findings that no newer version closes, an advisory at a time. Reads match_advisory.

/** An advisory without a fix, over all packages and versions that it is about here. */
export type OpenAdvisory = {
  readonly advisory: string;
  readonly summary: string;
  readonly decision: Decision;
  readonly severity: Severity;
  /** Findings that certainly apply and have no fix, and those that only a person can judge. */
  readonly none: number;
  /** Of those without a fix: fixed in an edition that is paid for. */
  readonly paid: number;
  readonly review: number;
};

type Row = { advisory: string; summary: string; decision: number; severity: number; none: number; review: number };

/** How many findings on devices an edition that is paid for alone fixes, by their advisory. */
const paidByAdvisory = (db: Database): Map<string, number> => {
  const rows = db
    .prepare<[], [string, number]>(
      `SELECT g.osv_id, m.state FROM match m INDEXED BY match_paid CROSS JOIN component_count held ON held.id = m.component AND held.devices > 0
       CROSS JOIN match_advisory g ON g.adv = m.adv WHERE ${PAID_MATCH}`,
    )
    .raw()
    .all();
  const counts = new Map<string, number>();
  for (const [advisory, state] of rows)
    if (verdictOf(state) === 'affected') counts.set(advisory, (counts.get(advisory) ?? 0) + 1);
  return counts;
};

/** Advisories with open findings that no version closes. Feeds that say the same thing under one id are one advisory. */
export const advisoriesWithoutFix = (db: Database): OpenAdvisory[] => {
  const paid = paidByAdvisory(db);
  return db
    .prepare<[], Row>(
      `SELECT osv_id AS advisory, min(summary) AS summary, min(decision) AS decision, min(severity) AS severity,
         sum(affected_none) AS none, sum(review_fix + review_none) AS review
       FROM match_advisory WHERE affected_none + review_fix + review_none > 0 GROUP BY osv_id`,
    )
    .all()
    .map(({ decision, severity, ...row }) => ({
      ...row,
      paid: paid.get(row.advisory) ?? 0,
      decision: DECISIONS[decision] ?? 'track',
      severity: SEVERITIES[severity] ?? 'unknown',
    }));
};
