import { leafVersions } from './leaf-versions.ts';
import type { CsafBody, CsafLeaf } from './normal.ts';

/** How many leaves are decided how: all versions, bounds, or by a person, with the class of the reason. */
export type LeafClasses = Record<string, number>;

const classOf = (leaf: CsafLeaf): string => {
  if (leaf.category === 'other' && leaf.version === '') return 'review none';
  const meaning = leafVersions(leaf.version);
  return meaning.kind === 'review' ? `review ${meaning.reason}` : meaning.kind;
};

/** Counts the leaves of documents by what their version texts mean. */
export const countClasses = (bodies: Iterable<CsafBody>): LeafClasses => {
  const counts = new Map<string, number>();
  for (const { leaves } of bodies)
    for (const leaf of leaves) {
      const found = classOf(leaf);
      counts.set(found, (counts.get(found) ?? 0) + 1);
    }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** One line for a person. */
export const classesLine = (classes: LeafClasses): string => {
  const entries = Object.entries(classes);
  const sum = entries.reduce((all, [, count]) => all + count, 0);
  const left = entries.filter(([name]) => name.startsWith('review')).reduce((all, [, count]) => all + count, 0);
  const share = sum === 0 ? 0 : Math.floor(((sum - left) / sum) * 1_000) / 10;
  return `${sum} products, ${share} % decided by version (${entries.map(([name, count]) => `${name} ${count}`).join(', ')})`;
};
