import type { Support } from '@sallyport/bundle-tools/advisories/support';
import type { Coverage } from './types.ts';

// What coverage is worth past the end of a release's support. A feed that is young still speaks of other releases: of one that
// ended it has nothing new, or only what an edition that is paid for fixes.

const dayMs = 86_400_000;

/** When the day after `until` begins, in UTC. */
const endMs = (until: string): number => Date.parse(`${until}T00:00:00Z`) + dayMs;

const reasonOf = (
  ecosystem: string,
  components: number,
  { until, paid }: Support,
  nowMs: number,
): Coverage['reasons'][number] =>
  paid === undefined || endMs(paid.until) <= nowMs
    ? { code: 'support-ended', ecosystem, components, until }
    : { code: 'support-paid', ecosystem, components, until, edition: paid.edition, paidUntil: paid.until };

/** The next moment at which support of something ends. */
const nextEnd = (
  judgedBy: Coverage['judgedBy'],
  support: ReadonlyMap<string, Support>,
  nowMs: number,
): Pick<Coverage, 'turnsAt'> => {
  const ends = judgedBy
    .flatMap(({ ecosystem }) => {
      const { until, paid } = support.get(ecosystem) ?? {};
      return [until, paid?.until].flatMap((day) => (day === undefined ? [] : [endMs(day)]));
    })
    .filter((at) => at > nowMs);
  return ends.length === 0 ? {} : { turnsAt: Math.min(...ends) };
};

/** Ends of support for systems that have the edition that is paid for: its own, where it has one. */
export const supportOfEdition = (support: ReadonlyMap<string, Support>): ReadonlyMap<string, Support> =>
  new Map(
    Array.from(support, ([ecosystem, one]) => [
      ecosystem,
      one.paid === undefined ? one : { ecosystem, until: one.paid.until },
    ]),
  );

/**
 * Coverage with the ends of support that are known. A release that ended is judged only until its day: at most partly, and its
 * system is not.
 */
export function withSupport(coverage: Coverage, support: ReadonlyMap<string, Support>, nowMs: number): Coverage {
  const judgedBy = coverage.judgedBy.map((line) => {
    const until = support.get(line.ecosystem)?.until;
    return until === undefined ? line : { ...line, until };
  });
  const components = new Map<string, number>();
  for (const { ecosystem, components: n } of [...coverage.judgedBy, ...coverage.reasons])
    components.set(ecosystem, Math.max(n, components.get(ecosystem) ?? 0));
  const ended = [...components].flatMap(([ecosystem, n]) => {
    const known = support.get(ecosystem);
    return known !== undefined && endMs(known.until) <= nowMs ? [reasonOf(ecosystem, n, known, nowMs)] : [];
  });
  const next = nextEnd(judgedBy, support, nowMs);
  const turnsAt =
    coverage.turnsAt === undefined || next.turnsAt === undefined
      ? next
      : { turnsAt: Math.min(coverage.turnsAt, next.turnsAt) };
  if (ended.length === 0) return { ...coverage, judgedBy, ...turnsAt };
  return {
    state: coverage.state === 'not-judged' ? 'not-judged' : 'partly',
    reasons: [...ended, ...coverage.reasons],
    judgedBy,
    // Ends are known of systems alone, and a device has one.
    system: false,
    ...(coverage.turnsAt === undefined ? {} : { turnsAt: coverage.turnsAt }),
    ...turnsAt,
  };
}
