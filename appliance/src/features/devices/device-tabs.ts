import type { DeviceTab } from '@sallyport/ui/components/device-frame.tsx';
import type { KnownCount } from '@sallyport/ui/model';
import type { Scope } from '../../platform/scope.ts';
import type { ConsoleDeps } from '../../server/console/types.ts';
import type { DeviceModel, ListedDevice } from './view.ts';

export type DeviceTabs = (device: ListedDevice, scope: Scope) => DeviceTab[];

/** A tab with its number; where none is not known to be none, without one. */
const counted = (name: string, count: KnownCount): DeviceTab =>
  typeof count === 'number' ? { name, count } : { name };

/** How many open vulnerabilities it has; none is a number only of what is judged whole. */
export const openFindings = ({ findings, coverage }: ListedDevice): KnownCount =>
  findings > 0 || coverage.state === 'judged' ? findings : coverage.state;

/** The tabs of a device, with what each holds. */
export const deviceTabs = (
  { inventory, baselines, deviceTasks }: Pick<ConsoleDeps, 'inventory' | 'baselines' | 'deviceTasks'>,
  model: DeviceModel,
): DeviceTabs => {
  /** What the device reported, and software and hardware always: that nothing is there says something. */
  const collectionTabs = (device: ListedDevice): DeviceTab[] => {
    const reported = new Set([...Object.keys(inventory.hashes(device.id)), 'software', 'hardware']);
    return inventory
      .collections()
      .filter(({ single, name }) => !single && reported.has(name))
      .map(({ name }) => ({
        name,
        count: inventory.ofAnyCollection.list({ collection: name, device: device.id, limit: 1 }).total,
      }));
  };

  return (device) => [
    { name: 'summary' },
    ...collectionTabs(device),
    counted('findings', openFindings(device)),
    counted('updates', model.neededUpdates(device)),
    { name: 'changes' },
    { name: 'deviations', count: baselines.deviationsOf(device.id) },
    { name: 'tasks', count: deviceTasks.openOf(device.id) },
    { name: 'events' },
  ];
};
