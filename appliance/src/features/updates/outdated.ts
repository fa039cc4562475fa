import type { InventoryService } from '../../engine/inventory/service.ts';
import type { Database } from '../../platform/database.ts';
import { undoDetector } from '../../platform/undo-detector.ts';
import { applicability, type DevicePlatform, devicePlatform, installedOf } from './applicability.ts';
import type { FollowRules } from './followed.ts';
import type { UpdateStore } from './store.ts';

// Which update an item needs is worked out once per platform and catalogue, when the first device with it is looked at; then a
// device costs a look at the ids of its items.

/** `looked`: a byte for each id of an item that was looked at. */
type Outdated = { platform: DevicePlatform | undefined; byItem: Map<number, string>; looked: Uint8Array };

/** What devices need, item by item; kept in memory for the catalogue in force. */
export const outdatedItems = (parts: {
  db: Database;
  inventory: Pick<InventoryService, 'section' | 'items' | 'memberIds'>;
  updates: Pick<UpdateStore, 'all' | 'version'>;
  /** A change of the rules is another version of the catalogue. */
  rules: () => FollowRules;
}): ((device: number) => Map<string, number>) => {
  const { inventory, updates } = parts;
  const detector = undoDetector(parts.db, 'outdated');
  const held = {
    version: -1,
    lookup: applicability([]),
    rules: new Map() as FollowRules,
    isEmpty: true,
    platforms: new Map<string, Outdated>(),
  };

  const refresh = (): void => {
    const version = updates.version();
    if (detector.stands() && version === held.version) return;
    // The catalogue and the items may be of a transaction that is taken back.
    detector.note();
    const all = updates.all();
    held.lookup = applicability(all);
    held.rules = parts.rules();
    held.isEmpty = all.every(({ inCatalog }) => !inCatalog);
    held.platforms = new Map();
    held.version = version;
  };

  const outdatedOn = (platform: DevicePlatform | undefined, items: Uint32Array): ReadonlyMap<number, string> => {
    const key = JSON.stringify(platform ?? null);
    const known = held.platforms.get(key) ?? { platform, byItem: new Map<number, string>(), looked: new Uint8Array() };
    held.platforms.set(key, known);
    const most = items.at(-1) ?? 0;
    if (most >= known.looked.length) {
      const longer = new Uint8Array(2 * most + 1);
      longer.set(known.looked);
      known.looked = longer;
    }
    const unknown = Array.from(items.filter((item) => known.looked[item] === 0));
    if (unknown.length > 0) detector.note();
    for (const row of inventory.items('software', unknown)) {
      const needed = held.lookup.needed(installedOf(row), platform);
      if (needed !== undefined) known.byItem.set(row.id, needed.update.update.id);
    }
    for (const item of unknown) known.looked[item] = 1;
    return known.byItem;
  };

  /** The updates that a device needs, each with the last item that it would replace. */
  return (device) => {
    refresh();
    const found = new Map<string, number>();
    if (held.isEmpty) return found;
    const items = inventory.memberIds(device, 'software');
    const outdated = outdatedOn(devicePlatform(inventory.section(device, 'platform'), held.rules), items);
    if (outdated.size === 0) return found;
    for (const item of items) {
      const update = outdated.get(item);
      if (update !== undefined) found.set(update, item);
    }
    return found;
  };
};
