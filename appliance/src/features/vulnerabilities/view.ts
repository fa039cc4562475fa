import type { CoverageView } from '@sallyport/ui/components/coverage.tsx';
import type { Coverage, Knowledge } from './types.ts';

/** What judges a device, with the age of each feed as it is now. */
export function coverageView(coverage: Omit<Coverage, 'system'>, knowledge: readonly Knowledge[]): CoverageView {
  const byName = new Map(knowledge.map((one) => [one.feed, one]));
  return {
    ...coverage,
    judgedBy: coverage.judgedBy.map(({ feeds, ...judged }) => ({
      ...judged,
      feeds: feeds.map((feed) => {
        const { ageDays, stale = true } = byName.get(feed) ?? {};
        return { feed, ageDays: ageDays ?? null, stale };
      }),
    })),
  };
}
