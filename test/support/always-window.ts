import { compose } from '@sallyport/appliance/compose';
import type { ObjectService } from '@sallyport/appliance/engine/objects/service';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { openLog } from '@sallyport/appliance/platform/log';

/** Lets every computer of a site be changed at any time. */
export const openAlways = (objects: Pick<ObjectService, 'create'>): void => {
  objects.create(systemActor, 'maintenance-window', {
    name: 'At any time',
    recurrence: 'daily 00-24',
    for: 'computers',
  });
};

/** The same, for the site of a data directory. */
export const openAlwaysIn = async (dataDir: string): Promise<void> => {
  const appliance = await compose({ dataDir, log: openLog('silent') });
  try {
    openAlways(appliance.objects);
  } finally {
    await appliance.close();
  }
};
