import { compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { openLog } from '@sallyport/appliance/platform/log';
import { wholeSite } from '@sallyport/appliance/platform/scope';

// A process of its own that makes pairs of records one device and two again, without a pause, until it is killed. Each step
// is told when it is done.

const [, , dataDir = '', pairs = '[]'] = process.argv;
const { devices } = await compose({ dataDir, log: openLog('silent') });
process.stdout.write('ready\n');
for (;;) {
  for (const [keepId, otherId] of JSON.parse(pairs) as [string, string][]) {
    const merged = devices.merges(wholeSite('job')).find((merge) => merge.otherPublicId === otherId);
    if (merged === undefined) devices.merge(systemActor, devices.byPublicId(keepId).id, devices.byPublicId(otherId).id);
    else devices.undoMerge(systemActor, merged.id);
    process.stdout.write('step\n');
  }
}
