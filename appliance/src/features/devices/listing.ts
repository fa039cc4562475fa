import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { timeOrNull } from '../../server/api/schemas.ts';
import type { DeviceService } from './service.ts';
import { deviceStates } from './types.ts';

/** A device as `device list` gives it. */
export const listedDevice = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(deviceStates),
  kind: z.string(),
  sources: z.array(z.string()).describe('Sources of its inventory: its clients and imports'),
  lastSeenAt: z.int().nullable().describe('Milliseconds'),
  lastSeen: z.string().nullable(),
  counts: z.object({ software: z.int(), byType: z.record(z.string(), z.int()).describe('By the type of package') }),
});

const pageRows = 1_000;

/** What came without a type of package has one here that a script can name. */
const countsOf = ({ '': none, ...named }: Readonly<Record<string, number>> = {}) => {
  const byType = none === undefined ? named : { ...named, other: (named['other'] ?? 0) + none };
  return { software: Object.values(byType).reduce((sum, count) => sum + count, 0), byType };
};

/** Every device but polled directories, in the order of their coming. */
export const deviceListing = (parts: {
  devices: Pick<DeviceService, 'list' | 'sources'>;
  inventory: Pick<InventoryService, 'section' | 'tally'>;
  objects: Pick<ObjectService, 'find'>;
}): z.infer<typeof listedDevice>[] => {
  const { devices, inventory, objects } = parts;
  const tallies = inventory.tally('software', 'type');
  const sources = devices.sources();
  const found: z.infer<typeof listedDevice>[] = [];
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
        lastSeen: timeOrNull(device.lastSeenAt),
        counts: countsOf(tallies.get(device.id)),
      });
    }
    if (page.next === undefined) return found;
    after = page.next;
  }
};
