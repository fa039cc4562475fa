import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { Snapshot, SnapshotRow } from '../../engine/inventory/types.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, requireRight } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import { type FieldErrors, invalid } from '../../platform/errors.ts';
import type { DeviceService } from '../devices/service.ts';
import { toBaseline } from './chain.ts';
import { contentColumns, contentSnapshot } from './expected.ts';
import type { BaselineStore } from './store.ts';
import type { Baseline, BaselineEdit, BaselineEntry, EntryPage } from './types.ts';

// What is expected, entry by entry. An edit makes a content of its own and a revision that says so: going back is going back
// to the content before. Nothing is typed in by hand: an entry to add is an item of the site or a row that a device reported,
// since a value that no device reports as typed would deviate for ever.

const maxChanges = 1_000;

const empty = (mode: Snapshot['mode']): Snapshot =>
  mode === 'shared' ? { mode, items: new Uint32Array() } : { mode, rows: [] };

/** How an entry is named: an item by its number, a row by its key. */
const itemKey = (item: number): string => `#${item}`;

export const baselineEditor = (parts: {
  db: Database;
  objects: ObjectService;
  inventory: InventoryService;
  devices: Pick<DeviceService, 'byPublicId'>;
  store: BaselineStore;
  clock: () => number;
  hashOf(id: string, content: number, accepted: readonly number[]): string;
}) => {
  const { db, objects, inventory, devices, store, clock, hashOf } = parts;

  const contentOf = (baseline: Baseline, collection: string): Snapshot => {
    const { mode } = inventory.collection(collection);
    const row = store.content(baseline.id, baseline.content, collection);
    return row === undefined ? empty(mode === 'shared' ? 'shared' : 'own') : contentSnapshot(row);
  };

  /** The entries of a taking, by title; personal values are null. */
  const entriesOf = (collection: string, snapshot: Snapshot, query: { search: string; limit: number }): EntryPage => {
    const text = query.search.toLowerCase();
    const all = inventory
      .compare(collection, empty(snapshot.mode), snapshot)
      .filter(({ title }) => text === '' || (title ?? '').toLowerCase().includes(text))
      .sort((a, b) => ((a.title ?? '') < (b.title ?? '') ? -1 : 1));
    const shown = all.slice(0, query.limit);
    const values = new Map(
      inventory
        .readChanges(
          shown.map(({ after }, id) => ({
            id,
            device: 0,
            collection,
            source: '',
            at: 0,
            operation: 'added',
            before_item: null,
            after_item: after?.item ?? null,
            before_row: null,
            after_row: after?.row?.row ?? null,
            count: null,
          })),
        )
        .map((change) => [change.id, change.after]),
    );
    return {
      total: all.length,
      rows: shown.map(
        ({ after, title }, id): BaselineEntry => ({
          key: after?.item == null ? (after?.row?.key ?? '') : itemKey(after.item),
          title,
          values: values.get(id) ?? {},
        }),
      ),
    };
  };

  const withItems = (held: Uint32Array, edit: BaselineEdit, faults: FieldErrors): Uint32Array => {
    const items = new Set(held);
    for (const key of edit.remove)
      if (!items.delete(Number(key.slice(1)))) faults['remove'] = { key: 'validation.reference' };
    const known = new Set(inventory.ofAnyCollection.items(edit.collection, edit.addItems).map(({ id }) => id));
    for (const item of edit.addItems) {
      if (known.has(item)) items.add(item);
      else faults['addItems'] = { key: 'validation.reference' };
    }
    return Uint32Array.from(items).sort();
  };

  const withRows = (held: readonly SnapshotRow[], edit: BaselineEdit, faults: FieldErrors): SnapshotRow[] => {
    const rows = new Map(held.map((row) => [row.key, row]));
    for (const key of edit.remove) if (!rows.delete(key)) faults['remove'] = { key: 'validation.reference' };
    for (const [publicId, wanted] of Map.groupBy(edit.addRows, ({ device }) => device)) {
      const snapshot = inventory.snapshot(devices.byPublicId(publicId).id, edit.collection);
      const reported = new Map(snapshot?.mode === 'own' ? snapshot.rows.map((row) => [row.key, row]) : []);
      for (const { key } of wanted) {
        const row = reported.get(key);
        if (row === undefined) faults['addRows'] = { key: 'validation.reference' };
        else rows.set(key, row);
      }
    }
    return [...rows.values()];
  };

  return {
    entries: (baseline: Baseline, collection: string, query: { search: string; limit: number }): EntryPage =>
      entriesOf(collection, contentOf(baseline, collection), query),
    /** What a device reported and the baseline does not expect. */
    offered: (
      baseline: Baseline,
      collection: string,
      query: { device: string; search: string; limit: number },
    ): EntryPage => {
      const snapshot = inventory.snapshot(devices.byPublicId(query.device).id, collection);
      if (snapshot === undefined) return { total: 0, rows: [] };
      const held = contentOf(baseline, collection);
      const more = inventory
        .compare(collection, held, snapshot)
        .flatMap(({ after }) => (after === null ? [] : [after]));
      const rest: Snapshot =
        snapshot.mode === 'shared'
          ? {
              mode: 'shared',
              items: Uint32Array.from(more.flatMap(({ item }) => (item === null ? [] : [item]))).sort(),
            }
          : { mode: 'own', rows: more.flatMap(({ row }) => (row === null ? [] : [row])) };
      return entriesOf(collection, rest, query);
    },
    edit: (actor: Actor, id: string, edit: BaselineEdit): Baseline => {
      requireRight(actor, 'devices:write');
      const comment = enteredLine(edit.comment, 'comment');
      const faults: FieldErrors = {};
      if (comment === '') faults['comment'] = { key: 'validation.required' };
      const changes = edit.remove.length + edit.addItems.length + edit.addRows.length;
      if (changes === 0) faults['remove'] = { key: 'validation.required' };
      if (changes > maxChanges) faults['remove'] = { key: 'validation.tooBig', params: { max: maxChanges } };
      const isShared = inventory.collection(edit.collection).mode === 'shared';
      if (isShared && edit.addRows.length > 0) faults['addRows'] = { key: 'validation.choice' };
      if (!isShared && edit.addItems.length > 0) faults['addItems'] = { key: 'validation.choice' };
      if (Object.keys(faults).length > 0) throw invalid(faults);
      return immediate(db, () => {
        const baseline = toBaseline(objects.get('baseline', id));
        const before = contentOf(baseline, edit.collection);
        const after: Snapshot =
          before.mode === 'shared'
            ? { mode: 'shared', items: withItems(before.items, edit, faults) }
            : { mode: 'own', rows: withRows(before.rows, edit, faults) };
        if (Object.keys(faults).length > 0) throw invalid(faults);
        const content = store.nextContent(id);
        for (const row of store.contents(id, baseline.content))
          if (row.collection !== edit.collection) store.putContent({ ...row, content });
        store.putContent({ baseline: id, content, collection: edit.collection, ...contentColumns(after) });
        const written = objects.update(
          actor,
          'baseline',
          id,
          {
            collections: [...new Set([...baseline.collections, edit.collection])],
            content,
            contentHash: hashOf(id, content, baseline.accepted),
            approvedAt: toTime(clock()),
          },
          { comment },
        );
        return toBaseline(written);
      });
    },
  };
};
