import { applianceSettings } from './appliance-settings.ts';
import { eventSettings } from './engine/events/settings.ts';
import { accountSettings } from './features/accounts/settings.ts';
import { agentPushSettings } from './features/agent-push/settings.ts';
import { backupSettings } from './features/backups/settings.ts';
import { controllerSettings } from './features/controllers/settings.ts';
import { deviceTaskSettings } from './features/device-tasks/settings.ts';
import { deviceSettings } from './features/devices/settings.ts';
import { discoverySettings } from './features/discovery/settings.ts';
import { exchangeSettings } from './features/exchange/settings.ts';
import { identificationSettings } from './features/identification/settings.ts';
import { integritySettings } from './features/integrity/settings.ts';
import { mediaSettings } from './features/media/settings.ts';
import { patchSettings } from './features/patches/settings.ts';
import { vulnerabilitySettings } from './features/vulnerabilities/settings.ts';
import { workSettings } from './features/worklist/settings.ts';
import { joined } from './platform/declarations.ts';

/** Every setting, in the order in which pages list them: the tables of the features. */
export const allSettings = joined(
  accountSettings,
  applianceSettings,
  backupSettings,
  controllerSettings,
  deviceSettings,
  deviceTaskSettings,
  agentPushSettings,
  discoverySettings,
  eventSettings,
  exchangeSettings,
  vulnerabilitySettings,
  identificationSettings,
  integritySettings,
  mediaSettings,
  patchSettings,
  workSettings,
);

export type Settings = typeof allSettings;
export type SettingName = keyof Settings;
