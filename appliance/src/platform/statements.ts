import type { Database } from './database.ts';

/** What a parameter is bound to: a list is JSON, for json_each; yes and no are 1 and 0. */
const bound = (value: unknown): unknown => {
  if (typeof value === 'boolean') return Number(value);
  return Array.isArray(value) ? JSON.stringify(value) : value;
};

const isNamed = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** SQLite knows a parameter of the form ?1 by its number, whatever its place in the text. */
const numbered = /\?\d/;

/** Statements as functions of their parameters. Each is prepared once, where it is declared. */
export function statements(db: Database) {
  const prepared = <Row>(text: string) => {
    const made = db.prepare<unknown[], Row>(text);
    const isNumbered = numbered.test(text);
    const bind = (values: unknown[]): unknown[] => {
      const [row] = values;
      if (isNamed(row)) return [Object.fromEntries(Object.entries(row).map(([name, value]) => [name, bound(value)]))];
      for (let index = 0; index < values.length; index++) values[index] = bound(values[index]);
      return isNumbered ? [Object.fromEntries(values.map((value, index) => [index + 1, value]))] : values;
    };
    return { made, bind };
  };
  const first = <P extends unknown[], Row>(text: string, isValue: boolean) => {
    const { made, bind } = prepared<Row>(text);
    if (isValue) made.pluck();
    return (...values: P): Row | undefined => made.get(...bind(values));
  };
  const every = <P extends unknown[], Row>(text: string, isValue: boolean) => {
    const { made, bind } = prepared<Row>(text);
    if (isValue) made.pluck();
    return (...values: P): Row[] => made.all(...bind(values));
  };
  const written = <P extends unknown[]>(text: string) => {
    const { made, bind } = prepared(text);
    return (...values: P) => made.run(...bind(values));
  };
  return {
    /** The first row. */
    get<P extends unknown[], Row, Shape = Row>(text: string, shape?: (row: Row) => Shape) {
      const get = first<P, Row>(text, false);
      return (...values: P): Shape | undefined => {
        const row = get(...values);
        return row === undefined || shape === undefined ? (row as Shape | undefined) : shape(row);
      };
    },
    all<P extends unknown[], Row, Shape = Row>(text: string, shape?: (row: Row) => Shape) {
      const all = every<P, Row>(text, false);
      return (...values: P): Shape[] => {
        const rows = all(...values);
        return shape === undefined ? (rows as unknown[] as Shape[]) : rows.map((row) => shape(row));
      };
    },
    /** The first column of the first row. */
    value: <P extends unknown[], Value>(text: string) => first<P, Value>(text, true),
    /** The first column of each row. */
    values: <P extends unknown[], Value>(text: string) => every<P, Value>(text, true),
    /** The number in the first column of the first row; 0 where there is none. */
    count<P extends unknown[]>(text: string) {
      const value = first<P, number | null>(text, true);
      return (...values: P): number => value(...values) ?? 0;
    },
    /** Whether there is a row. */
    has<P extends unknown[]>(text: string) {
      const get = first<P, unknown>(text, false);
      return (...values: P): boolean => get(...values) !== undefined;
    },
    run<P extends unknown[] = unknown[]>(text: string) {
      const run = written<P>(text);
      return (...values: P): void => void run(...values);
    },
    /** How many rows it changed. */
    changes<P extends unknown[] = unknown[]>(text: string) {
      const run = written<P>(text);
      return (...values: P): number => run(...values).changes;
    },
    /** Whether it changed a row. */
    did<P extends unknown[] = unknown[]>(text: string) {
      const run = written<P>(text);
      return (...values: P): boolean => run(...values).changes > 0;
    },
    /** The number of the row that it made. */
    insert<P extends unknown[] = unknown[]>(text: string) {
      const run = written<P>(text);
      return (...values: P): number => Number(run(...values).lastInsertRowid);
    },
  };
}
