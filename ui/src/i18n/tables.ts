import { words as accounts } from '../accounts/words.ts';
import { words as addDevice } from '../add-device/words.ts';
import { words as agentPush } from '../agent-push/words.ts';
import { words as agents } from '../agents/words.ts';
import { words as announcements } from '../announcements/words.ts';
import { words as api } from '../api/words.ts';
import { words as backups } from '../backups/words.ts';
import { words as baselines } from '../baselines/words.ts';
import { words as components } from '../components/words.ts';
import { words as controllerFindings } from '../controller-findings/words.ts';
import { words as controllerImports } from '../controller-imports/words.ts';
import { words as controllers } from '../controllers/words.ts';
import { words as damage } from '../damage/words.ts';
import { words as dataRegister } from '../data-register/words.ts';
import { words as deployments } from '../deployments/words.ts';
import { words as deviceTasks } from '../device-tasks/words.ts';
import { words as devices } from '../devices/words.ts';
import { words as discovery } from '../discovery/words.ts';
import { words as erasure } from '../erasure/words.ts';
import { words as events } from '../events/words.ts';
import { words as exchange } from '../exchange/words.ts';
import { words as frame } from '../frame/words.ts';
import { words as hardening } from '../hardening/words.ts';
import { words as health } from '../health/words.ts';
import { words as help } from '../help/words.ts';
import { words as identification } from '../identification/words.ts';
import { words as integrity } from '../integrity/words.ts';
import { words as inventory } from '../inventory/words.ts';
import { words as listViews } from '../list-views/words.ts';
import { words as media } from '../media/words.ts';
import { words as notifications } from '../notifications/words.ts';
import { words as objects } from '../objects/words.ts';
import { words as offlineImport } from '../offline-import/words.ts';
import { words as patches } from '../patches/words.ts';
import { words as queries } from '../queries/words.ts';
import { words as receivers } from '../receivers/words.ts';
import { words as releases } from '../releases/words.ts';
import { words as rollback } from '../rollback/words.ts';
import { words as rules } from '../rules/words.ts';
import { words as search } from '../search/words.ts';
import { words as serverCertificate } from '../server-certificate/words.ts';
import { words as settings } from '../settings/words.ts';
import { words as trends } from '../trends/words.ts';
import { words as updates } from '../updates/words.ts';
import { words as upgrade } from '../upgrade/words.ts';
import { words as vulnerabilities } from '../vulnerabilities/words.ts';
import { words as waiting } from '../waiting/words.ts';
import { words as workWeights } from '../work-weights/words.ts';
import { words as worklist } from '../worklist/words.ts';
import { words as zones } from '../zones/words.ts';
import { joined } from './types.ts';

/** Every word of the console: the tables of all capabilities. */
export const allWords = joined(
  accounts,
  addDevice,
  agentPush,
  agents,
  announcements,
  listViews,
  api,
  backups,
  baselines,
  components,
  controllerFindings,
  controllerImports,
  controllers,
  damage,
  dataRegister,
  deployments,
  deviceTasks,
  devices,
  discovery,
  erasure,
  events,
  exchange,
  frame,
  hardening,
  health,
  help,
  identification,
  integrity,
  inventory,
  media,
  notifications,
  receivers,
  objects,
  offlineImport,
  patches,
  queries,
  releases,
  rollback,
  rules,
  search,
  serverCertificate,
  settings,
  trends,
  updates,
  upgrade,
  vulnerabilities,
  waiting,
  worklist,
  workWeights,
  zones,
);
