import type { HealthReason } from '../zones/types.ts';
import type { ControllerFindingLoad } from './types.ts';

/** What findings add to the state of a controller: what is to be acted on makes it critical. */
export const findingReasons = (load: ControllerFindingLoad | undefined): HealthReason[] => {
  if (load === undefined) return [];
  if (load.act > 0) return [{ level: 'critical', key: 'health.vulnerabilityAct', params: { n: load.act } }];
  if (load.attend > 0) return [{ level: 'warning', key: 'health.vulnerabilityAttend', params: { n: load.attend } }];
  return [];
};
