import type { SectionIntake } from '../../engine/inventory/types.ts';
import { AppError } from '../../platform/errors.ts';
import type { HealthService } from './service.ts';

/** An intake that refuses with DISK_FULL while the disk is: what is left of it is for those who make room. */
export function withRoom(intake: SectionIntake, health: Pick<HealthService, 'isFull'>): SectionIntake {
  const orRefuse =
    <Given, Answer>(take: (given: Given) => Promise<Answer>) =>
    async (given: Given): Promise<Answer> => {
      if (health.isFull())
        throw new AppError('DISK_FULL', 'no space left on the data disk; reports are refused until there is');
      return take(given);
    };
  return {
    put: orRefuse(intake.put),
    putAll: orRefuse(intake.putAll),
    report: orRefuse(intake.report),
    facts: intake.facts,
    turn: intake.turn,
    waiting: intake.waiting,
    close: intake.close,
  };
}
