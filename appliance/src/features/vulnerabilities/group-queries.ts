import type { Database } from '../../platform/database.ts';
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
  readonly review: number;
};

type Row = { advisory: string; summary: string; decision: number; severity: number; none: number; review: number };

/** Advisories with open findings that no version closes. Feeds that say the same thing under one id are one advisory. */
export const advisoriesWithoutFix = (db: Database): OpenAdvisory[] =>
  db
    .prepare<[], Row>(
      `SELECT osv_id AS advisory, min(summary) AS summary, min(decision) AS decision, min(severity) AS severity,
         sum(affected_none) AS none, sum(review_fix + review_none) AS review
       FROM match_advisory WHERE affected_none + review_fix + review_none > 0 GROUP BY osv_id`,
    )
    .all()
    .map(({ decision, severity, ...row }) => ({
      ...row,
      decision: DECISIONS[decision] ?? 'track',
      severity: SEVERITIES[severity] ?? 'unknown',
    }));
