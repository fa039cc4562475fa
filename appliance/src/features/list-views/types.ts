import { z } from 'zod';

// How a person looks at the lists of the console: views that were saved by name, and the columns that a list opens with. They belong
// to the account, which no other one reads.

/** A saved view of a list. */
export const viewSchema = z.object({
  id: z.number().int(),
  list: z.string().describe('Path of the page: /devices'),
  name: z.string(),
  query: z.string().describe('Filter, sort and columns, as the address has them'),
});
export type ListView = z.infer<typeof viewSchema>;

export type NewListView = Pick<ListView, 'list' | 'name' | 'query'>;

export const maxNameLength = 60;
export const maxListLength = 200;
export const maxQueryLength = 4_000;
/** Of a person for one list: they stand in one line above it. */
export const maxViews = 20;
/** Of a person: more than there are lists of a site, of its kinds and of a device. */
export const maxLists = 200;
export const maxColumns = 100;

/** The list that a path shows: what is of one thing, whose id has a digit, shows the same list for each of them. */
export function listOf(path: string): string {
  return path
    .split('/')
    .map((part) => (/\d/.test(part) ? ':id' : part))
    .join('/');
}

/** What an address has of one look alone: the page, the selection, the open row. */
const passing = ['after', 'all', 'open'];

/** What of an address is kept in a view. */
export function viewQuery(text: string): string {
  const query = new URLSearchParams(text);
  for (const name of passing) query.delete(name);
  return query.toString();
}
