import { inventoryKinds } from './engine/inventory/kinds.ts';
import { settingKinds } from './engine/objects/kinds.ts';
import { accountKinds } from './features/accounts/kinds.ts';
import { agentKinds } from './features/agents/kinds.ts';
import { baselineKinds } from './features/baselines/kinds.ts';
import { controllerFindingKinds } from './features/controller-findings/kinds.ts';
import { controllerImportKinds } from './features/controller-imports/kinds.ts';
import { controllerKinds } from './features/controllers/kinds.ts';
import { deploymentKinds } from './features/deployments/kinds.ts';
import { deviceKinds } from './features/devices/kinds.ts';
import { discoveryKinds } from './features/discovery/kinds.ts';
import { identificationKinds } from './features/identification/kinds.ts';
import { integrityKinds } from './features/integrity/kinds.ts';
import { notificationKinds } from './features/notifications/kinds.ts';
import { patchKinds } from './features/patches/kinds.ts';
import { receiverKinds } from './features/receivers/kinds.ts';
import { redundancyKinds } from './features/redundancy/kinds.ts';
import { ruleKinds } from './features/rules/kinds.ts';
import { updateKinds } from './features/updates/kinds.ts';
import { windowKinds } from './features/windows/kinds.ts';
import { worklistKinds } from './features/worklist/kinds.ts';
import { zoneKinds } from './features/zones/kinds.ts';
import { joined } from './platform/declarations.ts';

/** Every kind of object of the appliance: the tables of the features. */
export const allKinds = joined(
  accountKinds,
  agentKinds,
  baselineKinds,
  deploymentKinds,
  redundancyKinds,
  deviceKinds,
  discoveryKinds,
  inventoryKinds,
  settingKinds,
  controllerKinds,
  controllerFindingKinds,
  identificationKinds,
  controllerImportKinds,
  integrityKinds,
  notificationKinds,
  receiverKinds,
  patchKinds,
  windowKinds,
  worklistKinds,
  zoneKinds,
  ruleKinds,
  updateKinds,
);

export type Kinds = typeof allKinds;
export type KindName = keyof Kinds;
