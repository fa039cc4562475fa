import { compareIds } from '../../platform/id-array.ts';
import type { Personal } from '../../platform/personal.ts';
import { identityText } from './item.ts';
import { keysOf, logRow } from './put-own.ts';
import type { SectionStore } from './store.ts';
import type { Difference, Snapshot, SnapshotRow, Stored } from './types.ts';
import type { CollectionStores } from './writer.ts';

const itemSide = (item: number) => ({ item, row: null });
const rowSide = (row: SnapshotRow) => ({ item: null, row });

/** Takes what a section holds, and says in what two such takings differ. */
export const sectionComparer = (parts: {
  personal: Personal;
  sections: SectionStore;
  storesOf(name: string): CollectionStores;
}) => {
  const { personal, sections, storesOf } = parts;

  const titleOfRow = (name: string, row: SnapshotRow): string | null => {
    const { shape } = storesOf(name);
    const value = (JSON.parse(row.row) as Record<string, unknown>)[shape.collection.title];
    return typeof value === 'string' ? value : null;
  };

  const compareItems = (name: string, before: Uint32Array, after: Uint32Array): Difference[] => {
    const { shape, shared } = storesOf(name);
    const { added, removed } = compareIds(before, after);
    if (added.length === 0 && removed.length === 0) return [];
    const rows = new Map((shared?.byIds([...added, ...removed]) ?? []).map((row) => [row.id, row]));
    const about = (item: number): { identity: string; title: string | null } => {
      const row = rows.get(item) as Record<string, Stored> | undefined;
      const title = row?.[shape.collection.title];
      // An item that is gone for good is known by its number alone.
      return {
        identity: row === undefined ? `#${item}` : identityText(shape, row),
        title: typeof title === 'string' ? title : null,
      };
    };
    const gone = new Map<string, number[]>();
    for (const item of removed) {
      const { identity } = about(item);
      gone.set(identity, [...(gone.get(identity) ?? []), item]);
    }
    const differences = added.map((item): Difference => {
      const { identity, title } = about(item);
      const partner = gone.get(identity)?.shift();
      return {
        operation: partner === undefined ? 'added' : 'changed',
        identity,
        title,
        before: partner === undefined ? null : itemSide(partner),
        after: itemSide(item),
      };
    });
    const rest = [...gone.values()].flat().map((item): Difference => {
      const { identity, title } = about(item);
      return { operation: 'removed', identity, title, before: itemSide(item), after: null };
    });
    return [...differences, ...rest];
  };

  const compareRows = (name: string, before: readonly SnapshotRow[], after: readonly SnapshotRow[]): Difference[] => {
    const held = new Map(before.map((row) => [row.key, row]));
    const differences: Difference[] = [];
    for (const row of after) {
      const old = held.get(row.key);
      held.delete(row.key);
      if (old?.digest === row.digest) continue;
      differences.push({
        operation: old === undefined ? 'added' : 'changed',
        identity: row.key,
        title: titleOfRow(name, row),
        before: old === undefined ? null : rowSide(old),
        after: rowSide(row),
      });
    }
    for (const row of held.values()) {
      const title = titleOfRow(name, row);
      differences.push({ operation: 'removed', identity: row.key, title, before: rowSide(row), after: null });
    }
    return differences;
  };

  return {
    /** What a device's section holds now, through its best source; undefined when it was never reported. */
    snapshot: (device: number, name: string): Snapshot | undefined => {
      const { shape, own, shared } = storesOf(name);
      const section = sections.best(device, name);
      if (section === undefined) return undefined;
      if (own === undefined) return { mode: 'shared', items: shared?.arrays.items(section.id) ?? new Uint32Array() };
      return {
        mode: 'own',
        rows: keysOf(personal, shape, own.rows(device, section.source)).map(({ row, key, digest }) => ({
          key: key.toString('hex'),
          digest: digest.toString('hex'),
          row: logRow(shape, row),
        })),
      };
    },
    /** What `after` has more, less and otherwise than `before`. */
    compare: (name: string, before: Snapshot, after: Snapshot): Difference[] => {
      if (before.mode === 'shared' && after.mode === 'shared') return compareItems(name, before.items, after.items);
      return before.mode === 'own' && after.mode === 'own' ? compareRows(name, before.rows, after.rows) : [];
    },
    /** Keys of the contents of shared items, which say the same at every site. */
    itemKeys: (name: string, items: Uint32Array): string[] =>
      (storesOf(name).shared?.byIds(items) ?? []).map((row) =>
        Buffer.from(row['ikey'] as unknown as Buffer).toString('hex'),
      ),
  };
};
