import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { langs } from '@sallyport/ui/i18n/types';
import { workTitle } from '@sallyport/ui/worklist/work-row';
import type { WorkItem } from '../worklist/types.ts';
import { foldLetters } from './letters.ts';
import { findPlaces } from './places.ts';

// Items of the worklist by their titles, as they read in each language.

const catalogues = langs.map(catalogue);
/** An item is looked at at each letter, and made anew only with the list. */
const titled = new WeakMap<WorkItem, { item: WorkItem; names: readonly string[] }>();

const withNames = (item: WorkItem): { item: WorkItem; names: readonly string[] } => {
  const known = titled.get(item);
  if (known !== undefined) return known;
  const made = { item, names: catalogues.map((words) => foldLetters(workTitle(words, item))) };
  titled.set(item, made);
  return made;
};

/** The items whose title has the text; among equals the first of the list. */
export function findWork(items: readonly WorkItem[], text: string): readonly WorkItem[] {
  return findPlaces(items.map(withNames), text).map(({ item }) => item);
}
