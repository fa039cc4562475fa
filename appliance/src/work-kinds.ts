import type { Appliance } from './compose.ts';
import { announcementWork } from './features/announcements/work.ts';
import { baselineWork } from './features/baselines/work.ts';
import { controllerFindingWork } from './features/controller-findings/work.ts';
import type { ControllerList } from './features/controllers/types.ts';
import { deploymentWork } from './features/deployments/work.ts';
import type { DeviceList } from './features/devices/types.ts';
import { deviceWork } from './features/devices/work.ts';
import { exchangeWork } from './features/exchange/work.ts';
import { healthWork } from './features/health/work.ts';
import { programWork } from './features/integrity/work.ts';
import { placeWork } from './features/patches/work.ts';
import { redundancyWork } from './features/redundancy/work.ts';
import { rollbackWork } from './features/rollback/work.ts';
import { updateWork } from './features/updates/work.ts';
import { findingWork } from './features/vulnerabilities/work.ts';
import { waitingWork } from './features/waiting/work.ts';
import { windowWork } from './features/windows/work.ts';
import { firstStepWork } from './features/worklist/first-steps.ts';
import type { WorkKind } from './features/worklist/types.ts';

/** Every kind of work that a feature declares. */
export const workKinds = (
  parts: Appliance & { deviceList: DeviceList; controllerList: ControllerList; clock: () => number },
): readonly WorkKind[] => [
  ...firstStepWork(parts),
  ...healthWork(parts),
  ...rollbackWork(parts),
  ...exchangeWork(parts),
  ...findingWork(parts),
  ...controllerFindingWork(parts),
  ...programWork(parts),
  ...placeWork(parts),
  ...deploymentWork(parts),
  ...redundancyWork(parts),
  ...windowWork(parts),
  ...updateWork(parts),
  ...deviceWork(parts),
  ...baselineWork(parts),
  ...waitingWork(parts),
  ...announcementWork(parts),
];
