import { type Database, immediate } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { Changed } from '../changes/types.ts';
import { joinLists } from './kept-lists.ts';
import type { SectionStore } from './store.ts';
import type { InventorySource, InventoryTransfer } from './types.ts';
import { type CollectionStores, preferredSource, recount } from './writer.ts';

// Sections that change their device: two records turn out to be one device, or one turns out to be two. Rows are moved as
// they are; which source is the best, how many devices have an item, and who listens follow.

/** Moves what the engine holds from one device to another. */
export const inventoryTransfer = (parts: {
  db: Database;
  sections: SectionStore;
  storesByName: ReadonlyMap<string, CollectionStores>;
  changed: Changed;
}): InventoryTransfer => {
  const { db, sections, storesByName, changed } = parts;
  const sql = statements(db);
  const move = sql.run<[from: number, to: number, collection: string, source: string]>(
    'update section set device = ?2, best = 0 where device = ?1 and collection = ?3 and source = ?4',
  );
  const changesOf = sql.values<[device: number], number>('select id from change_log where device = ? order by id');
  const changesAfter = sql.values<[device: number, after: number, sources: readonly string[]], number>(
    'select id from change_log where device = ? and id > ? and source in (select value from json_each(?)) order by id',
  );
  const moveChanges = sql.run<[from: number, to: number, ids: readonly number[]]>(
    'update change_log set device = ?2 where device = ?1 and id in (select value from json_each(?3))',
  );

  const collectionsOf = (device: number): string[] => [
    ...new Set(sections.hashes(device).map(({ collection }) => collection)),
  ];

  return {
    rearrange: (devices, notify, work) =>
      immediate(db, () => {
        const before = new Map(
          devices.map((device) => [
            device,
            new Map(
              collectionsOf(device).map((name) => [name, storesByName.get(name)?.shared?.arrays.itemsOf(device)]),
            ),
          ]),
        );
        const result = work();
        const touched = devices.flatMap((device) => {
          const held = before.get(device) ?? new Map<string, Uint32Array | undefined>();
          const names = [...new Set([...held.keys(), ...collectionsOf(device)])];
          return names.flatMap((name) => {
            const stores = storesByName.get(name);
            return stores === undefined ? [] : [{ device, name, stores, before: held.get(name) }];
          });
        });
        for (const { device, name, stores, before: items } of touched) {
          const sources = sections.sources(device, name);
          if (sources.length > 0) sections.setBest(device, name, preferredSource(stores.shape.collection, sources));
          joinLists(sections, stores, device);
          recount(stores.shared, device, items, stores.shared?.arrays.itemsOf(device));
        }
        changed('inventory', devices);
        // Only when all sections are written: derivations read other sections, too.
        changed(
          'section',
          touched.flatMap(({ device, name }) => (notify.includes(device) ? [{ device, collection: name }] : [])),
        );
        return result;
      }),
    heldSections: (device) =>
      sections.ofDevice(device).map((row) => ({
        collection: row.collection,
        source: row.source as InventorySource,
        collectedAt: row.collected_at,
      })),
    moveSection: ({ collection, source }, from, to) => {
      move(from, to, collection, source);
      storesByName.get(collection)?.own?.move(from, to, source);
    },
    moveChanges: (from, to, which) => {
      const ids =
        which === 'all' ? changesOf(from) : 'after' in which ? changesAfter(from, which.after, which.sources) : which;
      moveChanges(from, to, ids);
      return [...ids];
    },
    lastChange: sql.count<[]>('select max(id) from change_log'),
  };
};
