import { idsOf } from '../../platform/id-array.ts';
import type { ComponentLoad } from './store.ts';
import { DECISIONS, type Decision, SEVERITIES, type Severity } from './types.ts';

/** Findings that certainly apply of each device, with the worst decision and severity; devices without are absent. */
export function worstOfDevices(
  devices: Iterable<{ device: number; components: Buffer }>,
  loads: readonly Pick<ComponentLoad, 'component' | 'affected' | 'worst' | 'severity'>[],
): Map<number, { findings: number; worst: Decision; severity: Severity }> {
  const result = new Map<number, { findings: number; worst: Decision; severity: Severity }>();
  // One column each by component: a fleet has millions of components on devices.
  const size = loads.reduce((most, { component }) => Math.max(most, component), 0) + 1;
  const affected = new Uint32Array(size);
  const judged = new Uint8Array(size);
  for (const { component, affected: n, worst, severity } of loads) {
    affected[component] = n;
    judged[component] = (worst ?? 0) * SEVERITIES.length + (severity ?? 0);
  }
  const none = DECISIONS.length * SEVERITIES.length;
  for (const row of devices) {
    let findings = 0;
    let worst = none;
    const components = idsOf(row.components);
    for (let at = 0; at < components.length; at += 1) {
      const component = components[at] as number;
      const n = affected[component] ?? 0;
      if (n === 0) continue;
      findings += n;
      worst = Math.min(worst, judged[component] as number);
    }
    if (findings === 0) continue;
    const decision = DECISIONS[Math.floor(worst / SEVERITIES.length)] ?? 'track';
    result.set(row.device, {
      findings,
      worst: decision,
      severity: SEVERITIES[worst % SEVERITIES.length] ?? 'unknown',
    });
  }
  return result;
}
