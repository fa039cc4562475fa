import type { Row } from '../../platform/filter/rows.ts';

// What the builder of filters (ui/src/components/filter-builder.tsx) sends, by a form or in an address.

const maxRows = 100;

export type Built = {
  /** Rows that were shown, as they are now; those that were removed are left out. */
  rows: { at: number; row: Row }[];
  /** The row to be added; undefined where it was left empty. */
  added: { at: number; row: Row } | undefined;
  join: 'and' | 'or';
};

/** What was sent; undefined where no builder was. */
export function builtBy(sent: (name: string) => string | undefined): Built | undefined {
  const removed = /^remove:(\d{1,2})$/.exec(sent('do') ?? '')?.[1];
  const rows: { at: number; row: Row }[] = [];
  for (let at = 0; at < maxRows && sent(`b.${at}.field`) !== undefined; at += 1) {
    const part = (name: string): string => (sent(`b.${at}.${name}`) ?? '').trim();
    rows.push({ at, row: { field: part('field'), op: part('op'), value: part('value') } });
  }
  const last = rows.pop();
  if (last === undefined) return undefined;
  return {
    rows: rows.filter(({ at }) => String(at) !== removed),
    added: last.row.field === '' ? undefined : last,
    join: sent('b.join') === 'or' ? 'or' : 'and',
  };
}
