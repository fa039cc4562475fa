import { plainEcosystem } from '@sallyport/bundle-tools/versions/edition';
import type { EcosystemKnowledge } from './types.ts';

// One record makes a feed speak of an ecosystem, and says nothing of all that it does not name.

/**
 * How many records there are of each ecosystem that has fewer than `least`, but for those that the curator calls whole. What
 * was never counted (a snapshot of an older release) is in none.
 */
export function fewRecords(
  known: readonly EcosystemKnowledge[],
  whole: ReadonlySet<string>,
  least: number,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const add = (ecosystem: string, records: number): void =>
    void counts.set(ecosystem, (counts.get(ecosystem) ?? 0) + records);
  for (const { ecosystem, records } of known) {
    add(ecosystem, records);
    // Records of an edition that is paid for speak of the packages of the release.
    const plain = plainEcosystem(ecosystem);
    if (plain !== undefined) add(plain, records);
  }
  return new Map([...counts].filter(([ecosystem, records]) => records < least && !whole.has(ecosystem)));
}
