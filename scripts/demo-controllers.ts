import { compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { openLog } from '@sallyport/appliance/platform/log';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { fillControllers } from '../test/support/filled-controllers.ts';
import { makeZones } from '../test/support/filled-zones.ts';

/** An invented plant for the console: zones, conduits and controllers, three of which are not as they should be. */
export const demoControllers = async (
  dataDir: string,
): Promise<{ zones: number; controllers: number; abnormal: number }> => {
  const appliance = await compose({ dataDir, log: openLog('silent') });
  try {
    const zones = makeZones(appliance, systemActor);
    fillControllers(appliance, systemActor, zones, nowMs());
    const overview = appliance.zones.overview(wholeSite('job'));
    const all = [...overview.zones.flatMap((zone) => zone.controllers), ...overview.outside];
    return { zones: zones.size, controllers: all.length, abnormal: all.filter(({ health }) => health !== 'ok').length };
  } finally {
    await appliance.close();
  }
};
