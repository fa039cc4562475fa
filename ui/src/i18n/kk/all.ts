import { addDevice } from './add-device.ts';
import { agentTasks } from './agent-tasks.ts';
import { api } from './api.ts';
import { baselines } from './baselines.ts';
import { collections } from './collections.ts';
import { collectionsChoices } from './collections-choices.ts';
import { collectionsSecurity } from './collections-security.ts';
import { common } from './common.ts';
import { controllerCollections } from './controller-collections.ts';
import { controllerFindings } from './controller-findings.ts';
import { controllerImports } from './controller-imports.ts';
import { controllerKinds } from './controller-kinds.ts';
import { controllers } from './controllers.ts';
import { deployments } from './deployments.ts';
import { deviceRecords } from './device-records.ts';
import { deviceTasks } from './device-tasks.ts';
import { devices } from './devices.ts';
import { errors } from './errors.ts';
import { eventTypes } from './event-types.ts';
import { events } from './events.ts';
import { exchange } from './exchange.ts';
import { exchangeImport } from './exchange-import.ts';
import { fingerprint } from './fingerprint.ts';
import { identification } from './identification.ts';
import { identificationKinds } from './identification-kinds.ts';
import { integrity } from './integrity.ts';
import { introduction } from './introduction.ts';
import { inventory } from './inventory.ts';
import { kinds } from './kinds.ts';
import { kindsCollect } from './kinds-collect.ts';
import { lists } from './lists.ts';
import { login } from './login.ts';
import { media } from './media.ts';
import { messages } from './messages.ts';
import { network } from './network.ts';
import { objects } from './objects.ts';
import { overview } from './overview.ts';
import { patchMeasures } from './patch-measures.ts';
import { patchRecords } from './patch-records.ts';
import { patches } from './patches.ts';
import { persons } from './persons.ts';
import { provision } from './provision.ts';
import { queries } from './queries.ts';
import { refusals } from './refusals.ts';
import { register } from './register.ts';
import { rollback } from './rollback.ts';
import { rules } from './rules.ts';
import { search } from './search.ts';
import { settings } from './settings.ts';
import { stick } from './stick.ts';
import { story } from './story.ts';
import { timeline } from './timeline.ts';
import { updates } from './updates.ts';
import { vulnerabilities } from './vulnerabilities.ts';
import { waiting } from './waiting.ts';
import { zones } from './zones.ts';

export const kk = {
  ...agentTasks,
  ...addDevice,
  ...api,
  ...collections,
  ...collectionsChoices,
  ...collectionsSecurity,
  ...common,
  ...controllerFindings,
  ...controllerImports,
  ...controllers,
  ...deployments,
  ...deviceRecords,
  ...deviceTasks,
  ...devices,
  ...errors,
  ...eventTypes,
  ...events,
  ...exchange,
  ...exchangeImport,
  ...fingerprint,
  ...identification,
  ...identificationKinds,
  ...integrity,
  ...introduction,
  ...inventory,
  ...kinds,
  ...kindsCollect,
  ...lists,
  ...login,
  ...media,
  ...messages,
  ...network,
  ...objects,
  ...overview,
  ...controllerCollections,
  ...controllerKinds,
  ...provision,
  ...queries,
  ...refusals,
  ...register,
  ...rollback,
  ...rules,
  ...search,
  ...settings,
  ...story,
  ...timeline,
  ...baselines,
  ...stick,
  ...persons,
  ...patchMeasures,
  ...patchRecords,
  ...patches,
  ...updates,
  ...vulnerabilities,
  ...waiting,
  ...zones,
} as const;
