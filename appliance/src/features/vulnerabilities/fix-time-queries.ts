import type { Database } from '../../platform/database.ts';
import { devicesIn, type Scope } from '../../platform/scope.ts';
import { DECISIONS } from './types.ts';

// How long findings that call for action were open on devices. A finding closes on a device when its inventory no longer has the
// component and brought no other one with the same advisory in its place. Reads match, match_advisory, device_component_log.

/**
 * The median of the days that findings of Act were open, of those that closed on devices in reach since a moment (ISO); null: none closed.
 * Looks at every change of a component with such an advisory: seconds at a large site.
 */
export function medianDaysToFix(db: Database, since: string, scope: Scope): number | null {
  const reached = devicesIn(scope, 'l.device');
  const groups = db
    .prepare<unknown[], { days: number; n: number }>(
      `SELECT round(julianday(l.removed_at) - julianday(max(l.added_at, m.since)), 1) AS days, count(*) AS n
       FROM match_advisory g INDEXED BY match_advisory_decision
       CROSS JOIN match m INDEXED BY match_adv ON m.adv = g.adv
       CROSS JOIN device_component_log l INDEXED BY device_component_log_component ON l.component = m.component
       WHERE g.decision = ${DECISIONS.indexOf('act')} AND l.removed_at > ? AND l.removed_at >= m.since
         AND (m.until IS NULL OR m.until > l.removed_at) AND ${reached.sql}
         AND NOT EXISTS (SELECT 1 FROM match n INDEXED BY match_adv
           CROSS JOIN device_component_log r ON r.component = n.component AND r.device = l.device AND r.added_at = l.removed_at
           WHERE n.adv = m.adv AND (n.until IS NULL OR n.until > l.removed_at) AND n.component <> m.component)
       GROUP BY 1 ORDER BY 1`,
    )
    .all(since, ...reached.params);
  const half = groups.reduce((sum, { n }) => sum + n, 0) / 2;
  let passed = 0;
  for (const [at, { days, n }] of groups.entries()) {
    passed += n;
    if (passed > half) return days;
    // An even number, and the middle is between two groups.
    if (passed === half) return Math.round((days + (groups[at + 1]?.days ?? days)) * 5) / 10;
  }
  return null;
}
