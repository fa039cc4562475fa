import { accountKinds } from './features/accounts/kinds.ts';
import { agentKinds } from './features/agent-api/kinds.ts';
import { baselineKinds } from './features/baselines/kinds.ts';
import { controllerFindingKinds } from './features/controllers/findings/kinds.ts';
import { identificationKinds } from './features/controllers/identify/kinds.ts';
import { controllerImportKinds } from './features/controllers/imports/kinds.ts';
import { integrityKinds } from './features/controllers/integrity/kinds.ts';
import { controllerKinds } from './features/controllers/kinds.ts';
import { patchKinds } from './features/controllers/patches/kinds.ts';
import { zoneKinds } from './features/controllers/zones/kinds.ts';
import { deploymentKinds } from './features/deployments/kinds.ts';
import { deviceKinds } from './features/devices/kinds.ts';
import { discoveryKinds } from './features/discovery/kinds.ts';
import { inventoryKinds } from './features/inventory/kinds.ts';
import { settingKinds } from './features/objects/kinds.ts';
import { ruleKinds } from './features/rules/kinds.ts';
import { updateKinds } from './features/updates/kinds.ts';
import { joined } from './platform/declarations.ts';

/** Every kind of object of the appliance: the tables of the features. */
export const allKinds = joined(
  accountKinds,
  agentKinds,
  baselineKinds,
  deploymentKinds,
  deviceKinds,
  discoveryKinds,
  inventoryKinds,
  settingKinds,
  controllerKinds,
  controllerFindingKinds,
  identificationKinds,
  controllerImportKinds,
  integrityKinds,
  patchKinds,
  zoneKinds,
  ruleKinds,
  updateKinds,
);

export type Kinds = typeof allKinds;
export type KindName = keyof Kinds;
