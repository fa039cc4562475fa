import type { CoverageView } from '@sallyport/ui/components/coverage.tsx';
import type { Coverage, EcosystemKnowledge, Knowledge } from './types.ts';

/** What judges a device, with the age of each feed as it is now, and what it has about each ecosystem. */
export function coverageView(
  coverage: Omit<Coverage, 'system'>,
  knowledge: readonly Knowledge[],
  known: readonly EcosystemKnowledge[],
): CoverageView {
  const byName = new Map(knowledge.map((one) => [one.feed, one]));
  return {
    ...coverage,
    judgedBy: coverage.judgedBy.map(({ feeds, ...judged }) => ({
      ...judged,
      feeds: feeds.map((feed) => {
        const { ageDays, stale = true } = byName.get(feed) ?? {};
        const about = known.find((one) => one.ecosystem === judged.ecosystem && one.feed === feed);
        return { feed, ageDays: ageDays ?? null, stale, records: about?.records, newest: about?.newest };
      }),
    })),
  };
}
