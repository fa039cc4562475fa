import type { Item } from '../../appliance/src/engine/inventory/types.ts';
import type { Console } from '../../appliance/test/support/console.ts';

/** A device that our agent was heard of, with what it reported. */
export function reportingDevice(
  site: Console,
  name: string,
  sections: readonly { collection: string; items: readonly Item[] }[],
): { id: number; publicId: string } {
  const device = site.device(name);
  const caller = { id: device.id, publicId: device.publicId, fingerprint: '', sourceId: null, bootIds: '[]' };
  site.appliance.devices.heard(caller, { bootId: 'b', seq: 1, version: '1' });
  site.report(device.id, 'identity', [{ name }]);
  for (const { collection, items } of sections) site.report(device.id, collection, items);
  return device;
}
