import { expect } from 'vitest';
import type { VulnerabilityService } from '../../src/features/vulnerabilities/service.ts';
import { numbersOf } from '../../src/platform/device-set.ts';
import { wholeSite } from '../../src/platform/scope.ts';

/** Who has an advisory, and who needs a newer version of a package, is what the findings of devices say, one by one. */
export const expectBearers = (vulnerabilities: VulnerabilityService, devices: readonly number[]): void => {
  const byAdvisory = new Map<string, number[]>();
  const byPackage = new Map<string, Set<number>>();
  for (const device of [...devices].sort((a, b) => a - b))
    for (const { advisory, ecosystem, package: name, verdict, fixState } of vulnerabilities.forDevice(
      device,
      wholeSite('job'),
    )) {
      const found = byAdvisory.get(advisory) ?? [];
      byAdvisory.set(advisory, found);
      if (found.at(-1) !== device) found.push(device);
      if (verdict !== 'affected' || fixState !== 'available') continue;
      const key = `${ecosystem} ${name}`;
      byPackage.set(key, (byPackage.get(key) ?? new Set<number>()).add(device));
    }
  for (const [advisory, found] of byAdvisory) expect(numbersOf(vulnerabilities.devicesWith(advisory))).toEqual(found);
  for (const { ecosystem, source } of vulnerabilities.sourceFixes(wholeSite('job'))) {
    expect(numbersOf(vulnerabilities.devicesNeeding(ecosystem, source))).toEqual([
      ...(byPackage.get(`${ecosystem} ${source}`) ?? []),
    ]);
    const all = vulnerabilities.list({ scope: wholeSite('job'), limit: 1_000 }).rows;
    for (const version of new Set(all.map((row) => row.version)))
      expect(
        vulnerabilities.ofVersions(source, [version, 'absent'], { scope: wholeSite('job'), limit: 1_000 }),
      ).toEqual(all.filter((row) => row.package === source && row.version === version));
    expect(vulnerabilities.ofPackage(ecosystem, source, { scope: wholeSite('job'), limit: 1_000 })).toEqual(
      all.filter((row) => row.ecosystem === ecosystem && row.package === source),
    );
  }
  expect(numbersOf(vulnerabilities.devicesWith('no-such-advisory'))).toEqual([]);
  expect(vulnerabilities.counts(wholeSite('job')).devices).toBe(
    devices.filter((device) => vulnerabilities.forDevice(device, wholeSite('job')).length > 0).length,
  );
};
