import type { InventoryService } from '../inventory/service.ts';
import { applicability, type DevicePlatform, devicePlatform, installedOf } from './applicability.ts';
import type { UpdateStore } from './store.ts';

// How many updates devices need, for lists: which items of the site an update would replace is worked out once per platform
// and catalogue, so a device costs a look at the ids of its items. New items are looked at when they come.

type Outdated = { platform: DevicePlatform | undefined; byItem: Map<number, string>; upTo: number };

const itemPage = 10_000;

/** The number of needed updates of some devices; devices that need none are absent. */
export const neededCounts = (parts: {
  inventory: Pick<InventoryService, 'section' | 'itemsAfter' | 'memberIds'>;
  updates: Pick<UpdateStore, 'all' | 'version'>;
}): ((devices: readonly number[]) => Map<number, number>) => {
  const { inventory, updates } = parts;
  const held = { version: -1, lookup: applicability([]), isEmpty: true, platforms: new Map<string, Outdated>() };

  const refresh = (): void => {
    const version = updates.version();
    if (version === held.version) return;
    const all = updates.all();
    held.lookup = applicability(all);
    held.isEmpty = all.every(({ inCatalog }) => !inCatalog);
    held.platforms = new Map();
    held.version = version;
  };

  const outdatedOn = (platform: DevicePlatform | undefined): ReadonlyMap<number, string> => {
    const key = JSON.stringify(platform ?? null);
    const known = held.platforms.get(key) ?? { platform, byItem: new Map<number, string>(), upTo: 0 };
    held.platforms.set(key, known);
    for (;;) {
      const rows = inventory.itemsAfter('software', known.upTo, itemPage);
      for (const row of rows) {
        const needed = held.lookup.needed(installedOf(row), platform);
        if (needed !== undefined) known.byItem.set(row.id, needed.update.update.id);
        known.upTo = row.id;
      }
      if (rows.length < itemPage) return known.byItem;
    }
  };

  return (devices) => {
    refresh();
    const counts = new Map<number, number>();
    if (held.isEmpty) return counts;
    for (const device of devices) {
      const outdated = outdatedOn(devicePlatform(inventory.section(device, 'platform')));
      if (outdated.size === 0) continue;
      const found = new Set<string>();
      for (const item of inventory.memberIds(device, 'software')) {
        const update = outdated.get(item);
        if (update !== undefined) found.add(update);
      }
      if (found.size > 0) counts.set(device, found.size);
    }
    return counts;
  };
};
