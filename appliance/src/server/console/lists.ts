import { defined } from '@sallyport/bundle-tools/platform/defined';
import { toPanel } from '@sallyport/ui/anchors';
import type { PanelPlace } from '@sallyport/ui/components/side-panel.tsx';
import type { Ctx } from '@sallyport/ui/context';
import { currentCursor, type ListState, listUrl, readListState } from '@sallyport/ui/list';
import type { Reference } from '@sallyport/ui/model';
import type { Context } from 'hono';
import type { ObjectService } from '../../engine/objects/service.ts';
import { AppError } from '../../platform/errors.ts';
import type { Term } from '../../platform/filter/parameters.ts';
import type { ConsoleEnv } from './types.ts';

/** Rows of a page. */
export const pageRows = 50;

/** A part of the address; NOT_FOUND when the route has none. */
export const param = (c: Context<ConsoleEnv>, name: string): string => {
  const value = c.req.param(name);
  if (value === undefined || value === '') throw new AppError('NOT_FOUND', 'there is no such page');
  return value;
};

/** A number in the address; NOT_FOUND for anything else. */
export const numberParam = (c: Context<ConsoleEnv>, name: string): number => {
  const value = param(c, name);
  if (!/^\d{1,15}$/.test(value)) throw new AppError('NOT_FOUND', 'there is no such page');
  return Number(value);
};

/** A number in a form; NOT_FOUND for anything else. */
export const numberText = (value: string): number => {
  if (!/^\d{1,15}$/.test(value)) throw new AppError('NOT_FOUND', 'there is nothing with this number');
  return Number(value);
};

/** The list's state by the request's address; columns that it does not name are those that the person picked. */
export const listState = (c: Context<ConsoleEnv>, filterNames: readonly string[]): ListState => {
  const list = readListState(new URL(c.req.url), filterNames);
  return list.columns.length > 0 ? list : { ...list, columns: c.get('ownColumns') };
};

/** The cursor of a list whose pages begin behind a number. */
export const numberCursor = (list: ListState): number | undefined => {
  const cursor = currentCursor(list);
  if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) throw new AppError('MALFORMED', 'not a page cursor');
  return cursor === undefined ? undefined : Number(cursor);
};

/** What the list's address asks for, as parameters of a filter. */
export const termsOf = (list: ListState): Term[] => [
  ...(list.q === '' ? [] : ([['q', list.q]] as const)),
  ...list.filters,
];

/** Where a row stands on the page of its list, for the panel that it opens. */
export function placeIn(ctx: Ctx, list: ListState, rows: readonly { readonly id: string }[], id: string): PanelPlace {
  const at = rows.findIndex((row) => row.id === id);
  const to = (row: { readonly id: string } | undefined): string | undefined =>
    row === undefined ? undefined : toPanel(listUrl(list, { open: row.id, trail: list.trail }));
  return at < 0
    ? {}
    : {
        at: ctx.t('panel.at', { n: at + 1, total: rows.length }),
        ...defined({ previous: to(rows[at - 1]), next: to(rows[at + 1]) }),
      };
}

/** The state of a list by the address that a form repeats; MALFORMED where it is of another list. */
export const listAt = (address: string, path: string, names: readonly string[]): ListState => {
  const url = new URL(address, 'https://console.invalid');
  if (address !== '' && url.pathname !== path) throw new AppError('MALFORMED', 'this is the address of another list');
  return readListState(url, names);
};

/** Rows after a cursor that counts: for lists that are derived and sorted in memory. */
export const slicePage = <Row>(
  rows: readonly Row[],
  cursor: string | undefined,
  keyOf: (row: Row) => string,
  limit = pageRows,
): { rows: Row[]; total: number; next?: string } => {
  let start = 0;
  if (cursor !== undefined) {
    const [position, key] = splitCursor(cursor);
    // By key, so that rows that came or went meanwhile do not shift the page; by place when that row is gone.
    const found = rows.findIndex((row) => keyOf(row) === key);
    start = found === -1 ? Math.min(position, rows.length) : found + 1;
  }
  const page = rows.slice(start, start + limit);
  const last = page.at(-1);
  const hasMore = start + limit < rows.length && last !== undefined;
  return {
    rows: page,
    total: rows.length,
    ...(hasMore ? { next: Buffer.from(`${start + limit} ${keyOf(last)}`).toString('base64url') } : {}),
  };
};

const splitCursor = (cursor: string): [number, string] => {
  const match = /^(\d{1,9}) (.{1,600})$/s.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (match === null) throw new AppError('MALFORMED', 'not a page cursor');
  return [Number(match[1]), match[2] ?? ''];
};

/** Id and name of every live object of a kind, by name. */
export const references = (objects: ObjectService, kind: string): Reference[] => {
  const title = objects.kind(kind).title;
  return objects.ofAnyKind
    .list({ kind, limit: 1_000 })
    .rows.map(({ id, body }) => ({ id, name: String(body[title] ?? id) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
};

/** A filter's value as one of the allowed ones. */
export const chosen = <T extends string>(allowed: readonly T[], values: readonly string[]): T[] =>
  allowed.filter((value) => values.includes(value));
