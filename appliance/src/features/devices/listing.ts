import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { DeviceService } from './service.ts';
import type { DeviceKind, DeviceState } from './types.ts';

/** A device as `device list` gives it. */
export type DeviceListing = {
  id: string;
  name: string;
  state: DeviceState;
  kind: DeviceKind;
  /** Doors by which it reports, its clients' and those of sections that came without one. */
  sources: string[];
  lastSeenAt: number | null;
  /** Software by the type of package. */
  byType: Record<string, number>;
};

const pageRows = 1_000;

/** What came without a type of package has one here that a script can name. */
const byTypeOf = (tally: Readonly<Record<string, number>> = {}): Record<string, number> => {
  const { '': none, ...named } = tally;
  return none === undefined ? named : { ...named, other: (named['other'] ?? 0) + none };
};

/** Every device but polled directories, in the order of their coming. */
export const deviceListing = (parts: {
  devices: Pick<DeviceService, 'list' | 'sources'>;
  inventory: Pick<InventoryService, 'section' | 'tally'>;
  objects: Pick<ObjectService, 'find'>;
}): DeviceListing[] => {
  const { devices, inventory, objects } = parts;
  const tallies = inventory.tally('software', 'type');
  const sources = devices.sources();
  const found: DeviceListing[] = [];
  for (let after: number | undefined; ; ) {
    const page = devices.list({ limit: pageRows, ...defined({ after }) });
    for (const device of page.rows) {
      if (device.kind === 'directory') continue;
      const [identity] = inventory.section(device.id, 'identity');
      const decision = objects.find('device-decision', device.publicId);
      found.push({
        id: device.publicId,
        name: String(decision?.body['displayName'] ?? identity?.['name'] ?? device.hostname),
        state: device.state,
        kind: device.kind,
        sources: sources.get(device.id) ?? [],
        lastSeenAt: device.lastSeenAt,
        byType: byTypeOf(tallies.get(device.id)),
      });
    }
    if (page.next === undefined) return found;
    after = page.next;
  }
};
