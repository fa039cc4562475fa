import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { Database } from '../database.ts';
import { countOf, type DeviceSet, numbersOf } from '../device-set.ts';
import { allTrue, type Condition } from './condition.ts';
import { decodeKey, encodeKey, type Key } from './cursor.ts';

// The one builder of pages. A list says what it reads and by what it can be ordered, and gets pages by key, exact counts and
// everything that a filter finds. A page begins after the last key of the one before, so it costs the same however far it is.

/** What rows are in order of. */
export type Order = {
  /** Expressions that are unique together; the last is the row's id. An index that has them in this order is walked. */
  readonly keys: readonly string[];
  /** What is read in this order instead of the list's own `from`. */
  readonly from?: string;
  /** The index to walk, where SQLite would not choose it. */
  readonly index?: string;
  /** The first key may be null, which comes before everything. */
  readonly nullable?: true;
  /** So many leading keys are of one index, by which it is entered where the whole key spans several tables. */
  readonly entered?: number;
};

export type ListSource<Sort extends string> = {
  /** Tables with their aliases. */
  readonly from: string;
  /** The id of a row, which a set of ids is about. */
  readonly id: string;
  /** Columns of a row; without them its id. */
  readonly select?: string;
  /** A `with` clause that its tables are of. */
  readonly before?: Condition | undefined;
  readonly orders: Readonly<Record<Sort, Order>>;
  /** What is counted instead of `from`, where it has tables that neither a condition nor the number needs. */
  readonly counted?: string;
  /** So many rows are found first, of what is named here or of `from`, and sorted then: no order is walked past all that do not match. */
  readonly few?: { readonly most: number; readonly from?: string };
};

/**
 * Some ids, or all but some: a list without a filter need not name every id. A byte for each id; where nothing else is asked its bytes
 * are the count, so each is the id of a row that is there.
 */
export type Chosen = { readonly in: DeviceSet } | { readonly notIn: DeviceSet };

type ListAsked<Sort extends string> = {
  readonly sort: Sort;
  readonly descending: boolean;
  readonly where?: readonly Condition[];
  readonly chosen?: Chosen;
};

type PageAsked<Sort extends string> = ListAsked<Sort> & {
  /** The `next` of the page before, or the key itself where a list gives its keys out. */
  readonly after?: string | Key | undefined;
  readonly limit: number;
};

/** A row, with the values of its key as `k0`, `k1`, … */
type Keyed<Row> = Row & Readonly<Record<`k${number}`, string | number | null>>;

/** What is behind a key in an order. */
const beyond = ({ keys, nullable, entered = 0 }: Order, descending: boolean, after: Key): Condition => {
  const than = descending ? '<' : '>';
  const row = (names: readonly string[]): string => `(${names.join(', ')})`;
  const places = (n: number): string => `(${Array.from({ length: n }, () => '?').join(', ')})`;
  if (nullable === undefined) {
    const whole = { sql: `${row(keys)} ${than} ${places(keys.length)}`, params: after };
    if (entered === 0) return whole;
    const lead = { sql: `${row(keys.slice(0, entered))} ${than}= ${places(entered)}`, params: after.slice(0, entered) };
    return allTrue([lead, whole]);
  }
  const [first = '', ...rest] = keys;
  const [value, ...others] = after;
  const ties = `${row(rest)} ${than} ${places(rest.length)}`;
  if (value === null)
    return { sql: descending ? `(${first} is null and ${ties})` : `(${first} is not null or ${ties})`, params: others };
  const nulls = descending ? ` or ${first} is null` : '';
  return { sql: `(${first} ${than} ? or (${first} = ? and ${ties})${nulls})`, params: [value, value, ...others] };
};

/** The rows behind a key, in an order: for lists whose plan is not the builder's. `sorted`: no index of the order is walked. */
export function readRows<Row>(
  db: Database,
  asked: {
    readonly before?: Condition;
    readonly select?: string | undefined;
    readonly from: string;
    readonly where: Condition;
    readonly order: Order;
    readonly descending: boolean;
    readonly after?: Key | undefined;
    readonly limit: number;
    readonly sorted?: boolean;
  },
): Keyed<Row>[] {
  const { before, select, order, descending, after, sorted = false } = asked;
  const behind = after === undefined ? [] : [beyond(order, descending, after)];
  const where = allTrue([asked.where, ...behind]);
  const columns = [select ?? `${order.keys.at(-1)} as id`, ...order.keys.map((key, at) => `${key} as k${at}`)];
  // A plus sign keeps SQLite from walking the order's index.
  const keys = order.keys.map((key) => `${sorted ? '+' : ''}${key} ${descending ? 'desc' : 'asc'}`);
  return db
    .prepare<unknown[], Keyed<Row>>(
      `${before?.sql ?? ''} select ${columns.join(', ')} from ${asked.from} where ${where.sql} order by ${keys.join(', ')} limit ?`,
    )
    .all(...(before?.params ?? []), ...where.params, asked.limit);
}

/** The key that a page begins after; MALFORMED for what is none of this order. */
export function keyAfter(order: Order, after: string | Key | undefined): Key | undefined {
  return typeof after === 'string' ? decodeKey(after, order.keys.length, order.nullable === true) : after;
}

/** A page of rows of which one more than its limit was read. */
export function pageOf<Row>(rows: readonly Keyed<Row>[], order: Order, limit: number): { rows: Row[]; next?: string } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  if (rows.length <= limit || last === undefined) return { rows: page };
  return { rows: page, next: encodeKey(order.keys.map((_, at) => last[`k${at}`] ?? null)) };
}

/** Pages of one list. */
export function listBuilder<Row, Sort extends string>(db: Database, source: ListSource<Sort>) {
  const { select, before, few = { most: 0 } } = source;

  const counted = (where: Condition): number =>
    db
      .prepare<unknown[], number>(
        `${before?.sql ?? ''} select count(*) from ${source.counted ?? source.from} where ${where.sql}`,
      )
      .pluck()
      .get(...(before?.params ?? []), ...where.params) ?? 0;

  /** Whether a row is chosen, by the byte of its id. */
  const chosenRow = (chosen: Chosen, id: string): Condition => {
    const set = 'in' in chosen ? chosen.in : chosen.notIn;
    return {
      sql: `substr(?, ${id} + 1, 1) ${'in' in chosen ? '=' : 'is not'} x'01'`,
      params: [Buffer.from(set.buffer, set.byteOffset, set.byteLength)],
    };
  };

  const count = ({ where = [], chosen }: Pick<ListAsked<Sort>, 'where' | 'chosen'>): number => {
    if (chosen === undefined) return counted(allTrue(where));
    if (where.length === 0) return 'in' in chosen ? countOf(chosen.in) : counted(allTrue([])) - countOf(chosen.notIn);
    return counted(allTrue([...where, chosenRow(chosen, source.id)]));
  };

  const read = (asked: ListAsked<Sort>, after: Key | undefined, limit: number, sorted: boolean): Keyed<Row>[] => {
    const { sort, descending, where = [], chosen } = asked;
    const order: Order = source.orders[sort];
    const table = (sorted ? few.from : undefined) ?? order.from ?? source.from;
    const walked = sorted || order.index === undefined ? table : `${table} indexed by ${order.index}`;
    const of = { select, order, descending, after, limit };
    if (chosen === undefined)
      return readRows(db, { ...of, ...defined({ before }), from: walked, where: allTrue(where), sorted });
    const id = order.keys.at(-1) ?? source.id;
    if (!sorted || !('in' in chosen))
      return readRows(db, { ...of, from: walked, where: allTrue([...where, chosenRow(chosen, id)]) });
    // Few are looked up one by one.
    const ids = JSON.stringify(numbersOf(chosen.in));
    return readRows(db, {
      ...of,
      before: { sql: 'with few (id) as materialized (select value from json_each(?))', params: [ids] },
      from: `few cross join ${table} on ${id} = few.id`,
      where: allTrue(where),
      sorted,
    });
  };

  const isFew = (chosen: Chosen | undefined): boolean =>
    chosen !== undefined && 'in' in chosen && countOf(chosen.in) <= few.most;

  return {
    count,
    /** One page, with the exact number of rows that are found; `counted`: where it is known without counting them. */
    page: (
      asked: PageAsked<Sort>,
      counted: (asked: PageAsked<Sort>) => number = count,
    ): { rows: Row[]; total: number; next?: string } => {
      const order: Order = source.orders[asked.sort];
      const after = keyAfter(order, asked.after);
      const total = counted(asked);
      // A search that finds nothing need not look at every row twice.
      const rows = total === 0 ? [] : read(asked, after, asked.limit + 1, total <= few.most);
      return { ...pageOf<Row>(rows, order, asked.limit), total };
    },
    /** The first rows in order; what is found is not counted, so the walk ends where they are full. */
    first: (asked: ListAsked<Sort> & { readonly limit: number }): Row[] =>
      read(asked, undefined, asked.limit, isFew(asked.chosen)),
    /** Everything that is found, in order: for actions and files. */
    all: (asked: ListAsked<Sort>): Row[] => read(asked, undefined, -1, isFew(asked.chosen)),
  };
}
