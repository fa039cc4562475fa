import { collection as accounts } from './collections/accounts.ts';
import { collection as activity } from './collections/activity.ts';
import { collection as backupFile } from './collections/backup-file.ts';
import { collection as controller } from './collections/controller.ts';
import { collection as controllerInterface } from './collections/controller-interface.ts';
import { collection as controllerModule } from './collections/controller-module.ts';
import { collection as controllerService } from './collections/controller-service.ts';
import { collection as directoryDomain } from './collections/directory-domain.ts';
import { collection as directoryGroup } from './collections/directory-group.ts';
import { collection as directoryMember } from './collections/directory-member.ts';
import { collection as directoryOu } from './collections/directory-ou.ts';
import { collection as directoryUser } from './collections/directory-user.ts';
import { collection as discovery } from './collections/discovery.ts';
import { collection as encryption } from './collections/encryption.ts';
import { collection as executable } from './collections/executable.ts';
import { collection as externalDevice } from './collections/external-device.ts';
import { collection as hardware } from './collections/hardware.ts';
import { collection as identity } from './collections/identity.ts';
import { collection as neighbour } from './collections/neighbour.ts';
import { collection as osUpdate } from './collections/os-update.ts';
import { collection as platform } from './collections/platform.ts';
import { collection as protection } from './collections/protection.ts';
import { collection as quarantineFile } from './collections/quarantine-file.ts';
import { collection as sessions } from './collections/sessions.ts';
import { collection as software } from './collections/software.ts';

/** Every collection of devices, in the order of the names. */
export const allCollections = {
  accounts,
  activity,
  'backup-file': backupFile,
  'directory-domain': directoryDomain,
  'directory-group': directoryGroup,
  'directory-member': directoryMember,
  'directory-ou': directoryOu,
  'directory-user': directoryUser,
  discovery,
  encryption,
  executable,
  'external-device': externalDevice,
  hardware,
  identity,
  neighbour,
  'os-update': osUpdate,
  platform,
  protection,
  'quarantine-file': quarantineFile,
  sessions,
  software,
} as const;

/** Every collection of facts, of controllers. */
export const allFacts = {
  controller,
  'controller-interface': controllerInterface,
  'controller-module': controllerModule,
  'controller-service': controllerService,
} as const;

export type Collections = typeof allCollections;
export type CollectionName = keyof Collections;
