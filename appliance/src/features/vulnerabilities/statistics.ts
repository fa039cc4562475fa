import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { type Database, nowIn } from '../../platform/database.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { Statistic } from '../trends/types.ts';
import { medianDaysToFix } from './fix-time-queries.ts';
import type { VulnerabilityService } from './service.ts';

const windowMs = 30 * 86_400_000;

/** What is kept of findings day by day. Before the first snapshot of advisories nothing is judged, and 0 would be a lie. */
export const findingStatistics = (parts: {
  readonly db: Database;
  readonly vulnerabilities: Pick<VulnerabilityService, 'tallies' | 'snapshot'>;
}): readonly Statistic[] => [
  {
    name: 'act-open',
    unit: 'count',
    right: 'vulnerabilities:read',
    measure: () =>
      parts.vulnerabilities.snapshot() === 0
        ? null
        : Object.values(parts.vulnerabilities.tallies(wholeSite('figures')).matrix.act).reduce((sum, n) => sum + n, 0),
  },
  {
    name: 'act-days-to-fix',
    unit: 'days',
    right: 'vulnerabilities:read',
    measure: () => medianDaysToFix(parts.db, toTime(nowIn(parts.db) - windowMs), wholeSite('figures')),
  },
];
