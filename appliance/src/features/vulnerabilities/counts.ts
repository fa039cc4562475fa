import { DECISIONS, FIX_STATES, type Finding, type FindingCounts, SEVERITIES } from './types.ts';

/** The figures of some findings of one device. */
export function countsOf(findings: readonly Finding[]): FindingCounts {
  const count = (is: (finding: Finding) => boolean): number => findings.filter(is).length;
  const bySeverity = SEVERITIES.map(
    (severity) => [severity, count((finding) => finding.severity === severity)] as const,
  );
  const matrix = DECISIONS.map((decision) => {
    const row = FIX_STATES.map(
      (fix) => [fix, count((finding) => finding.decision === decision && finding.fixState === fix)] as const,
    );
    return [decision, Object.fromEntries(row)] as const;
  });
  return {
    open: findings.length,
    affected: count(({ verdict }) => verdict === 'affected'),
    review: count(({ verdict }) => verdict === 'review'),
    fixAvailable: count(({ verdict, fixState }) => verdict === 'affected' && fixState === 'available'),
    devices: Math.min(findings.length, 1),
    bySeverity: Object.fromEntries(bySeverity) as FindingCounts['bySeverity'],
    matrix: Object.fromEntries(matrix) as FindingCounts['matrix'],
  };
}
