import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import { expect } from 'vitest';
import type { VulnerabilityService } from '../../src/features/vulnerabilities/service.ts';
import { DECISIONS, type DeviceFinding, SEVERITIES } from '../../src/features/vulnerabilities/types.ts';
import { wholeSite } from '../../src/platform/scope.ts';

/** What is kept per package is what the findings of devices come to, one by one; all packages are of Debian 13. */
export const expectFixes = (vulnerabilities: VulnerabilityService, devices: readonly number[]): void => {
  type Sum = { devices: Set<number>; findings: Map<string, DeviceFinding> };
  const sums = new Map<string, Sum>();
  for (const device of devices)
    for (const finding of vulnerabilities.forDevice(device, wholeSite('job'))) {
      if (finding.verdict !== 'affected' || finding.fixState !== 'available') continue;
      const sum = sums.get(finding.package) ?? { devices: new Set(), findings: new Map() };
      sums.set(finding.package, sum);
      sum.devices.add(device);
      sum.findings.set(finding.id, finding);
    }
  const keyOf = (version = ''): Uint8Array => keyFor('Debian:13', version) ?? new Uint8Array();
  const rank = ({ decision, severity }: DeviceFinding): number =>
    DECISIONS.indexOf(decision) * 10 + SEVERITIES.indexOf(severity);
  const expected = [...sums].map(([source, sum]) => {
    const findings = [...sum.findings.values()];
    const worst = [...findings].sort((a, b) => rank(a) - rank(b))[0];
    const versions = findings.map(({ fixed = '' }) => fixed);
    const [fixed] = versions.sort((a, b) => Buffer.compare(keyOf(b), keyOf(a)) || (a < b ? -1 : 1));
    return {
      source,
      fixed,
      findings: findings.length,
      byDecision: Object.fromEntries(
        DECISIONS.map((one) => [one, findings.filter(({ decision }) => decision === one).length]),
      ),
      unkeyed: versions.filter((version) => keyFor('Debian:13', version) === null).length,
      decision: worst?.decision,
      severity: worst?.severity,
      devices: sum.devices.size,
    };
  });
  const bySource = vulnerabilities.devicesBySource(wholeSite('job'));
  const decisions = new Map(vulnerabilities.sourceDecisions().map((one) => [one.source, one.byDecision]));
  const kept = vulnerabilities.sourceFixes(wholeSite('job')).map(({ number: at, ecosystem, ...fix }) => {
    expect(vulnerabilities.devicesBySource(wholeSite('job'), [at]).get(at)).toBe(bySource.get(at));
    const alone = vulnerabilities.fixesOf(ecosystem, fix.source, wholeSite('job'));
    expect(alone.reduce((sum, { findings }) => sum + findings, 0)).toBe(fix.findings);
    return { ...fix, byDecision: decisions.get(fix.source), devices: bySource.get(at) };
  });
  const byName = (a: { source: string }, b: { source: string }): number => (a.source < b.source ? -1 : 1);
  expect(kept.sort(byName)).toEqual(expected.sort(byName));
};
