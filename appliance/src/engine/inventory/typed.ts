import type { Scope } from '../../platform/scope.ts';
import type { CollectionName, Collections } from './all-collections.ts';
import type {
  Collection,
  Field,
  InventoryRow,
  InventorySource,
  ListAsked,
  ListQuery,
  ListResult,
  SectionRow,
  WhoseItems,
} from './types.ts';

/** Rows of whatever collection: for what is generic, and for collections of extensions. */
export type AnyRows = {
  /** The device's rows of a collection through the best source, or through another one. */
  section(device: number, collection: string, options?: { personal?: boolean; source?: InventorySource }): SectionRow[];
  /** One item of a device's section of a `shared` collection, where the device has it. */
  sectionItem(device: number, collection: string, item: number): SectionRow | undefined;
  list(query: ListQuery): ListResult;
  /** The first items of a `shared` collection that devices in reach have, by a part of what it is `named` by; not counted. */
  named(collection: string, text: string, limit: number, scope: Scope): InventoryRow[];
  /** Items of a `shared` collection. */
  items(collection: string, ids: readonly number[]): InventoryRow[];
  /** Items of a `shared` collection by rising id, from the one after `after` on. */
  /** Per device, how many items of a `shared` collection have each value of a field. */
  tally(collection: string, field: string): Map<number, Record<string, number>>;
  /** The values of a perDevice field beside `memberIds`, as they are stored; none where no item has one. */
  attributeOf(device: number, collection: string, field: string): ReadonlyArray<string | number | null>;
};

type ValueOf<F extends Field> = F extends { type: 'text'; choices: ReadonlyArray<infer O> }
  ? O
  : F extends { type: 'text' }
    ? string
    : F extends { type: 'boolean' }
      ? boolean
      : F extends { type: 'list' }
        ? string[]
        : number;

/** What is required is there; the rest is null when absent, withheld or erased. */
type ReadOf<F extends Field> = F extends { personal: true }
  ? ValueOf<F> | null
  : F extends { required: true }
    ? ValueOf<F>
    : ValueOf<F> | null;

type OwnOf<C extends Collection> = {
  -readonly [N in keyof C['fields'] as C['fields'][N] extends { perDevice: true } ? never : N]: ReadOf<C['fields'][N]>;
};

type PerDeviceOf<C extends Collection> = {
  -readonly [N in keyof C['fields'] as C['fields'][N] extends { perDevice: true } ? N : never]: ReadOf<C['fields'][N]>;
};

/** An item of a `shared` collection by itself: without what only a device says of it. */
export type ItemOf<N extends CollectionName> = { id: number } & OwnOf<Collections[N]>;

/** An item as a device has it. */
export type SectionRowOf<N extends CollectionName> = ItemOf<N> &
  PerDeviceOf<Collections[N]> & { _source: InventorySource; _collectedAt: number };

/** A row of a list; what a device says of an item is in the list of a device. */
export type RowOf<N extends CollectionName> = ItemOf<N> &
  Partial<PerDeviceOf<Collections[N]>> & { _device?: number; _devices?: number };

type FieldIn<N extends CollectionName> = keyof Collections[N]['fields'] & string;

/** A query that names fields of its collection. */
type QueryOf<N extends CollectionName> = Omit<ListAsked, 'collection' | 'where'> &
  WhoseItems & {
    collection: N;
    where?: { readonly [F in FieldIn<N>]?: NonNullable<ListAsked['where']>[string] };
  };

/** `AnyRows`, where the code names the collection: its fields and their types follow from its declaration. */
export type TypedRows = {
  section<N extends CollectionName>(
    device: number,
    collection: N,
    options?: { personal?: boolean; source?: InventorySource },
  ): Array<SectionRowOf<N>>;
  sectionItem<N extends CollectionName>(device: number, collection: N, item: number): SectionRowOf<N> | undefined;
  list<N extends CollectionName>(query: QueryOf<N>): Omit<ListResult, 'rows'> & { rows: Array<RowOf<N>> };
  named<N extends CollectionName>(collection: N, text: string, limit: number, scope: Scope): Array<ItemOf<N>>;
  items<N extends CollectionName>(collection: N, ids: readonly number[]): Array<ItemOf<N>>;
  tally<N extends CollectionName>(collection: N, field: FieldIn<N>): Map<number, Record<string, number>>;
  attributeOf<N extends CollectionName>(
    device: number,
    collection: N,
    field: keyof PerDeviceOf<Collections[N]> & string,
  ): ReadonlyArray<string | number | null>;
};

/** The same functions: that a stored row is as its collection declares is what the validation of reports checks. */
export function typedRows(rows: AnyRows): TypedRows {
  return rows as TypedRows;
}
