import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { timeOrNull } from '../../platform/shapes.ts';
import type { RuleService } from '../rules/service.ts';
import { coverageSchema } from '../vulnerabilities/types.ts';
import type { DeviceService } from './service.ts';
import { type DeviceQueries, deviceStates } from './types.ts';

/** A device as `device list` gives it. */
export const listedDevice = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(deviceStates),
  kind: z.string(),
  sources: z.array(z.string()).describe('Sources of its inventory: its clients and imports'),
  lastSeenAt: z.int().nullable().describe('Milliseconds'),
  lastSeen: z.string().nullable(),
  os: z.string().describe('The system and its release'),
  coverage: coverageSchema,
  counts: z.object({ software: z.int(), byType: z.record(z.string(), z.int()).describe('By the type of package') }),
});

const pageRows = 1_000;
/** Devices that changed a moment ago and are looked at before the answer. */
const lookedAtOnce = 256;

/** What came without a type of package has one here that a script can name. */
const countsOf = ({ '': none, ...named }: Readonly<Record<string, number>> = {}) => {
  const byType = none === undefined ? named : { ...named, other: (named['other'] ?? 0) + none };
  return { software: Object.values(byType).reduce((sum, count) => sum + count, 0), byType };
};

/** Every device but polled directories, in the order of their coming. */
export const deviceListing = (parts: {
  devices: Pick<DeviceService, 'list' | 'sources'>;
  deviceQueries: Pick<DeviceQueries, 'rows'>;
  rules: Pick<RuleService, 'keepUp'>;
  inventory: Pick<InventoryService, 'section' | 'tally'>;
  objects: Pick<ObjectService, 'find'>;
}): z.infer<typeof listedDevice>[] => {
  const { devices, deviceQueries, rules, inventory, objects } = parts;
  rules.keepUp(lookedAtOnce);
  const tallies = inventory.tally('software', 'type');
  const sources = devices.sources();
  const found: z.infer<typeof listedDevice>[] = [];
  for (let after: number | undefined; ; ) {
    const page = devices.list({ limit: pageRows, ...defined({ after }) });
    const rows = new Map(deviceQueries.rows(page.rows.map(({ id }) => id)).map((row) => [row.id, row]));
    for (const device of page.rows) {
      const row = rows.get(device.id);
      if (device.kind === 'directory' || row === undefined) continue;
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
        os: row.osText,
        coverage: row.coverage,
        counts: countsOf(tallies.get(device.id)),
      });
    }
    if (page.next === undefined) return found;
    after = page.next;
  }
};
