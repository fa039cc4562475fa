import type { Method } from '@sallyport/bundle-tools/controllers/reading';
import { addressKey, fold } from '../../platform/sql-functions.ts';
import { driftOf } from './drift.ts';
import { codeKey } from './normalise.ts';
import { partsOf } from './parts.ts';
import type { RecordStore } from './record-store.ts';
import type { ListRow, RowStore } from './row-store.ts';
import type { ReadingStore } from './store.ts';
import {
  type ControllerDecision,
  type ControllerPart,
  type FieldTable,
  type ListedField,
  type ListedValue,
  labelOf,
  listedFields,
  shown,
} from './types.ts';

// The row of a record: what lists filter, sort and search by, and what they show.

const bestFirst: readonly Method[] = ['query', 'passive', 'project', 'nameplate', 'csv', 'manual', 'inferred'];
const maxSearch = 4_000;

const uniq = (texts: Iterable<string | undefined>): string[] => [
  ...new Set([...texts].filter((text): text is string => text !== undefined && text !== '')),
];

export const rowMaker = (parts: {
  store: Pick<ReadingStore, 'refusals'>;
  records: RecordStore;
  rows: RowStore;
  table: FieldTable;
  /** What people decided. */
  decided: (publicId: string) => ControllerDecision | undefined;
  proposals: (controller: number) => number;
}) => {
  const { store, records, rows, table, decided, proposals } = parts;

  const decisionOf = (publicId: string, archivedAt: number | null, meant: number): ControllerDecision => {
    const person = decided(publicId);
    if (person === 'archived' || archivedAt !== null) return 'archived';
    // Traffic shows what is there, not what should be there (OT F9).
    return person ?? (meant > 0 ? 'authorised' : 'unauthorised');
  };

  const listedOf = (controller: number, all: readonly ControllerPart[], differing: ReadonlySet<string>) => {
    const [own] = all;
    const addressed = [own, ...all.filter(({ type }) => type === 'interface')].find(
      (part) => shown(part, 'address') !== undefined,
    );
    const isKnown = (field: ListedField): boolean => shown(field === 'address' ? addressed : own, field) !== undefined;
    // Looked up only where something is not known.
    const refusals = listedFields.every(isKnown) ? [] : store.refusals(controller);
    const listedValue = (field: ListedField): ListedValue => {
      const part = field === 'address' ? addressed : own;
      const sides = { observed: part?.observed[field] ?? null, configured: part?.configured[field] ?? null };
      if (isKnown(field)) return { ...sides, state: differing.has(field) ? 'differs' : 'known' };
      const refusal = refusals.find((one) => one.field === field);
      if (refusal === undefined) return { ...sides, state: 'unknown' };
      return { ...sides, state: 'refused', refused: { source: refusal.source, reason: refusal.reason } };
    };
    return Object.fromEntries(listedFields.map((field) => [field, listedValue(field)]));
  };

  const rowOf = (controller: number): ListRow | undefined => {
    const record = records.byId(controller);
    if (record === undefined) return undefined;
    const all = partsOf(records, controller);
    const [own] = all;
    const { first, last, meant } = records.span(controller);
    const firmwares = records.firmwareMethods(controller);
    const text = (field: string): string => shown(own, field) ?? '';
    const label = labelOf(own) || record.public_id;
    const addresses = all
      .filter(({ type }) => type === 'controller' || type === 'interface')
      .map((part) => shown(part, 'address'));
    const found = all.flatMap((part) =>
      ['orderNumber', 'serial', 'mac', 'stationName', 'name', 'model', 'address'].flatMap((field) => [
        part.observed[field],
        part.configured[field],
      ]),
    );
    const drift = driftOf(table, all);
    const [differs] = drift;
    const orders = uniq(all.flatMap((part) => [part.observed['orderNumber'], part.configured['orderNumber']]));
    const words = uniq([
      label,
      text('assetTag'),
      text('vendor'),
      text('productFamily'),
      text('firmware'),
      record.public_id,
      ...found,
      ...orders.map(codeKey),
    ]);
    return {
      controller,
      public_id: record.public_id,
      state: record.state,
      decision: decisionOf(record.public_id, record.archived_at, meant),
      name_key: fold(label),
      vendor_key: fold(text('vendor')),
      family_key: fold(text('productFamily')),
      model_key: fold(text('model')),
      order_key: codeKey(text('orderNumber')),
      firmware_key: fold(text('firmware')),
      address_key: addressKey(uniq(addresses)[0] ?? ''),
      zone: text('zone'),
      role: text('role'),
      method: bestFirst.find((method) => firmwares.includes(method)) ?? '',
      missing_firmware: Number(text('firmware') === ''),
      drift: drift.length,
      proposals: record.state === 'live' ? proposals(controller) : 0,
      first_seen: first,
      last_seen: last,
      seen_key: -(last ?? 0),
      search: fold(words.join(' ')).slice(0, maxSearch),
      label,
      shown: JSON.stringify(
        listedOf(controller, all, new Set(drift.filter(({ part }) => part === own).map(({ field }) => field))),
      ),
      differs:
        differs === undefined
          ? ''
          : JSON.stringify({ field: differs.field, configured: differs.configured, observed: differs.observed }),
      modules: all.filter(({ type }) => type === 'module').length,
    };
  };

  return {
    rowOf,
    /** Brings the rows of some records to what their data say. */
    touch: (controllers: Iterable<number>): void => {
      for (const controller of new Set(controllers)) {
        const row = rowOf(controller);
        if (row === undefined) rows.remove(controller);
        else rows.put(row);
      }
    },
  };
};

export type RowMaker = ReturnType<typeof rowMaker>;
