import type { z } from 'zod';
import { eventOperations, eventSchemas } from './engine/events/operations.ts';
import { changeOperations, changeSchemas } from './engine/inventory/change-operations.ts';
import { inventoryOperations } from './engine/inventory/operations.ts';
import { objectOperations } from './engine/objects/operations.ts';
import type { EntryParts } from './entry-parts.ts';
import { roleOperations } from './features/accounts/role-operations.ts';
import { sessionOperations, sessionSchemas } from './features/accounts/session-operations.ts';
import { agentPushOperations, agentPushSchemas } from './features/agent-push/operations.ts';
import { announcementOperations, announcementSchemas } from './features/announcements/operations.ts';
import { backupOperations, backupSchemas } from './features/backups/operations.ts';
import { recoveryKeyOperations, recoveryKeySchemas } from './features/backups/recovery-operations.ts';
import { deviationOperations, deviationSchemas } from './features/baselines/deviation-operations.ts';
import { baselineOperations, baselineSchemas } from './features/baselines/operations.ts';
import { controllerFindingOperations, controllerFindingSchemas } from './features/controller-findings/operations.ts';
import { controllerFirmwareOperations, controllerFirmwareSchemas } from './features/controller-firmware/operations.ts';
import { controllerImportOperations, controllerImportSchemas } from './features/controller-imports/operations.ts';
import { controllerOperations, controllerSchemas } from './features/controllers/operations.ts';
import { registerOperations, registerSchemas } from './features/data-register/operations.ts';
import { deploymentOperations, deploymentSchemas } from './features/deployments/operations.ts';
import { agentMoveOperations, agentMoveSchemas } from './features/device-tasks/move-operations.ts';
import { deviceTaskOperations, deviceTaskSchemas } from './features/device-tasks/operations.ts';
import { groupOperations } from './features/devices/group-operations.ts';
import { deviceOperations, deviceSchemas } from './features/devices/operations.ts';
import { deviceRecordOperations, deviceRecordSchemas } from './features/devices/record-operations.ts';
import { diagnosticsOperations } from './features/diagnostics/operations.ts';
import { discoveryOperations, discoverySchemas } from './features/discovery/operations.ts';
import { protectedOperations, protectedSchemas } from './features/discovery/protected-operations.ts';
import { bundleOperations, bundleSchemas } from './features/exchange/bundle-operations.ts';
import { clockOperations, clockSchemas } from './features/exchange/clock-operations.ts';
import { exchangeOperations, exchangeSchemas } from './features/exchange/operations.ts';
import { healthOperations, healthSchemas } from './features/health/operations.ts';
import { identificationOperations, identificationSchemas } from './features/identification/operations.ts';
import { integrityOperations, integritySchemas } from './features/integrity/operations.ts';
import { listViewOperations, listViewSchemas } from './features/list-views/operations.ts';
import { mediaOperations } from './features/media/operations.ts';
import { notificationOperations, notificationSchemas } from './features/notifications/operations.ts';
import { offlineImportOperations, offlineImportSchemas } from './features/offline-import/operations.ts';
import { patchOperations, patchSchemas } from './features/patches/operations.ts';
import { queryOperations, querySchemas } from './features/queries/operations.ts';
import { receiverOperations, receiverSchemas } from './features/receivers/operations.ts';
import { redundancyOperations, redundancySchemas } from './features/redundancy/operations.ts';
import { releaseOperations, releaseSchemas } from './features/releases/operations.ts';
import { rollbackOperations, rollbackSchemas } from './features/rollback/operations.ts';
import { tokenOperations, tokenSchemas } from './features/rollback/token-operations.ts';
import { ruleOperations, ruleSchemas } from './features/rules/operations.ts';
import { serverCertificateOperations, serverCertificateSchemas } from './features/server-certificate/operations.ts';
import { settingOperations, settingSchemas } from './features/settings/operations.ts';
import { trendOperations, trendSchemas } from './features/trends/operations.ts';
import { updateOperations, updateSchemas } from './features/updates/operations.ts';
import { upgradeOperations, upgradeSchemas } from './features/upgrade/operations.ts';
import { vulnerabilityOperations, vulnerabilitySchemas } from './features/vulnerabilities/operations.ts';
import { waitingOperations, waitingSchemas } from './features/waiting/operations.ts';
import { worklistOperations, worklistSchemas } from './features/worklist/operations.ts';
import { siteOperations } from './server/api/site-operations.ts';
import type { MadeOperations, Operation } from './server/operations/operation.ts';

/** Every operation, in the order of the API's document. */
export const allOperations: ReadonlyArray<Operation<EntryParts>> = [
  ...backupOperations,
  ...healthOperations,
  ...diagnosticsOperations,
  ...controllerOperations,
  ...controllerImportOperations,
  ...controllerFindingOperations,
  ...controllerFirmwareOperations,
  ...identificationOperations,
  ...integrityOperations,
  ...patchOperations,
  ...siteOperations,
  ...offlineImportOperations,
  ...ruleOperations,
  ...vulnerabilityOperations,
  ...updateOperations,
  ...queryOperations,
  ...clockOperations,
  ...exchangeOperations,
  ...announcementOperations,
  ...listViewOperations,
  ...releaseOperations,
  ...upgradeOperations,
  ...mediaOperations,
  ...bundleOperations,
  ...recoveryKeyOperations,
  ...rollbackOperations,
  ...tokenOperations,
  ...waitingOperations,
  ...worklistOperations,
  ...trendOperations,
  ...serverCertificateOperations,
  ...settingOperations,
  ...deviceOperations,
  ...deviceRecordOperations,
  ...deviceTaskOperations,
  ...agentMoveOperations,
  ...agentPushOperations,
  ...changeOperations,
  ...baselineOperations,
  ...deviationOperations,
  ...deploymentOperations,
  ...redundancyOperations,
  ...discoveryOperations,
  ...protectedOperations,
  ...eventOperations,
  ...notificationOperations,
  ...receiverOperations,
  ...registerOperations,
  ...roleOperations,
  ...groupOperations,
  ...sessionOperations,
];

/** Shapes that stand in the document once, under a name. */
export const allSchemas: Readonly<Record<string, z.ZodType>> = {
  ...backupSchemas,
  ...healthSchemas,
  ...controllerSchemas,
  ...controllerImportSchemas,
  ...controllerFindingSchemas,
  ...controllerFirmwareSchemas,
  ...identificationSchemas,
  ...integritySchemas,
  ...patchSchemas,
  ...announcementSchemas,
  ...listViewSchemas,
  ...releaseSchemas,
  ...upgradeSchemas,
  ...bundleSchemas,
  ...clockSchemas,
  ...exchangeSchemas,
  ...offlineImportSchemas,
  ...querySchemas,
  ...recoveryKeySchemas,
  ...rollbackSchemas,
  ...tokenSchemas,
  ...ruleSchemas,
  ...serverCertificateSchemas,
  ...settingSchemas,
  ...updateSchemas,
  ...vulnerabilitySchemas,
  ...waitingSchemas,
  ...worklistSchemas,
  ...trendSchemas,
  ...deviceSchemas,
  ...deviceRecordSchemas,
  ...deviceTaskSchemas,
  ...agentMoveSchemas,
  ...agentPushSchemas,
  ...changeSchemas,
  ...baselineSchemas,
  ...deviationSchemas,
  ...deploymentSchemas,
  ...redundancySchemas,
  ...discoverySchemas,
  ...protectedSchemas,
  ...eventSchemas,
  ...notificationSchemas,
  ...receiverSchemas,
  ...registerSchemas,
  ...sessionSchemas,
};

/** Those that are made from the declarations of collections and kinds. */
export function madeOperations(parts: EntryParts): MadeOperations<EntryParts> {
  const [inventory, objects] = [inventoryOperations(parts), objectOperations(parts)];
  return {
    operations: [...inventory.operations, ...objects.operations],
    schemas: { ...inventory.schemas, ...objects.schemas },
  };
}
