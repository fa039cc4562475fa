import type { ControllerFacts } from '../controllers/types.ts';
import type { HardeningResult } from '../hardening/types.ts';
import type { ControllerHealth, Health, HealthReason } from '../zones/types.ts';
import type { StateOfProgram } from './types.ts';

// Whether a controller is as it should be, and why not: its program, its hardening, whether anybody authorised it.

const worst = (reasons: readonly HealthReason[]): Health =>
  reasons.some(({ level }) => level === 'critical') ? 'critical' : reasons.length > 0 ? 'warning' : 'ok';

const maxWhat = 5;

/** What is wrong, the worst first. */
const healthReasons = (
  facts: ControllerFacts,
  hardening: readonly HardeningResult[],
  program: StateOfProgram | undefined,
  further: readonly HealthReason[],
): HealthReason[] => {
  const reasons: HealthReason[] = [...further];
  if (program?.state === 'changed') {
    const isProject = program.differences.every(({ field }) => field === 'projectSha256');
    const what = program.differences.flatMap(({ blocks }) => blocks ?? []);
    reasons.push({
      level: isProject ? 'warning' : 'critical',
      key: isProject ? 'health.projectChanged' : what.length > 0 ? 'health.programBlocks' : 'health.programChanged',
      since: program.since,
      ...(what.length > 0 ? { params: { what: what.slice(0, maxWhat).join(', ') } } : {}),
    });
  }
  for (const { rule, severity, answer } of hardening) {
    if (answer !== 'found') continue;
    reasons.push({ level: severity, key: `hardening.${rule}.title` });
  }
  if (!facts.authorised) reasons.push({ level: 'warning', key: 'health.unauthorised' });
  return [
    ...reasons.filter(({ level }) => level === 'critical'),
    ...reasons.filter(({ level }) => level === 'warning'),
  ];
};

/** A controller for the drawing of zones and the overview. */
export const zoneController = (
  facts: ControllerFacts,
  hardening: readonly HardeningResult[],
  program: StateOfProgram | undefined,
  further: readonly HealthReason[] = [],
): ControllerHealth => {
  const reasons = healthReasons(facts, hardening, program, further);
  return { publicId: facts.publicId, name: facts.name, zone: facts.zone, health: worst(reasons), reasons };
};
