import { applianceEvents } from './appliance-events.ts';
import { inventoryEvents } from './engine/inventory/events.ts';
import { objectEvents } from './engine/objects/events.ts';
import { accountEvents } from './features/accounts/events.ts';
import { agentPushEvents } from './features/agent-push/events.ts';
import { agentEvents } from './features/agents/events.ts';
import { announcementEvents } from './features/announcements/events.ts';
import { backupEvents } from './features/backups/events.ts';
import { baselineEvents } from './features/baselines/events.ts';
import { controllerFindingEvents } from './features/controller-findings/events.ts';
import { controllerImportEvents } from './features/controller-imports/events.ts';
import { controllerEvents } from './features/controllers/events.ts';
import { provisionEvents } from './features/data-register/events.ts';
import { deploymentEvents } from './features/deployments/events.ts';
import { deviceTaskEvents } from './features/device-tasks/events.ts';
import { deviceEvents } from './features/devices/events.ts';
import { discoveryEvents } from './features/discovery/events.ts';
import { personEvents } from './features/erasure/events.ts';
import { exchangeEvents } from './features/exchange/events.ts';
import { identificationEvents } from './features/identification/events.ts';
import { integrityEvents } from './features/integrity/events.ts';
import { mediaEvents } from './features/media/events.ts';
import { offlineImportEvents } from './features/offline-import/events.ts';
import { patchEvents } from './features/patches/events.ts';
import { queryEvents } from './features/queries/events.ts';
import { receiverEvents } from './features/receivers/events.ts';
import { releaseEvents } from './features/releases/events.ts';
import { rollbackEvents } from './features/rollback/events.ts';
import { ruleEvents } from './features/rules/events.ts';
import { serverCertificateEvents } from './features/server-certificate/events.ts';
import { updateEvents } from './features/updates/events.ts';
import { upgradeEvents } from './features/upgrade/events.ts';
import { vulnerabilityEvents } from './features/vulnerabilities/events.ts';
import { joined } from './platform/declarations.ts';

/** Every event that can be recorded: the tables of the features. */
export const allEvents = joined(
  applianceEvents,
  accountEvents,
  agentPushEvents,
  agentEvents,
  announcementEvents,
  backupEvents,
  baselineEvents,
  deploymentEvents,
  deviceTaskEvents,
  deviceEvents,
  discoveryEvents,
  exchangeEvents,
  inventoryEvents,
  mediaEvents,
  objectEvents,
  personEvents,
  controllerEvents,
  controllerFindingEvents,
  identificationEvents,
  controllerImportEvents,
  integrityEvents,
  patchEvents,
  provisionEvents,
  queryEvents,
  receiverEvents,
  ruleEvents,
  serverCertificateEvents,
  offlineImportEvents,
  updateEvents,
  releaseEvents,
  upgradeEvents,
  vulnerabilityEvents,
  rollbackEvents,
);

export type Events = typeof allEvents;
export type EventName = keyof Events;
