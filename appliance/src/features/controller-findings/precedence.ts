import type { ControllerMatch, Verdict } from '@sallyport/bundle-tools/controllers/match-types';
import type { Judgement, OtherVerdict } from './types.ts';

// Of several documents about one vulnerability in one part, one decides and all are kept (ADVISORIES 6.2). A likeness
// never outranks a name; the vendor's document outranks the coordinator's copy, which goes stale; of the rest the worse
// answer stands, so that no document silences another of its rank.

/** Who a document is by, as far as it decides. */
export type Category = 'vendor' | 'coordinator' | 'other';

const WORST: Readonly<Record<Verdict, number>> = { affected: 0, review: 1, 'not-affected': 2 };
const BY: Readonly<Record<Category, number>> = { vendor: 0, coordinator: 1, other: 2 };

type Ranked = { match: ControllerMatch; category: Category };

const compare = (a: Ranked, b: Ranked): number => {
  const x = a.match;
  const y = b.match;
  return (
    Number(x.level === 'M5') - Number(y.level === 'M5') ||
    Number(x.outrankedBy !== undefined) - Number(y.outrankedBy !== undefined) ||
    BY[a.category] - BY[b.category] ||
    WORST[x.verdict] - WORST[y.verdict] ||
    (x.level < y.level ? -1 : x.level > y.level ? 1 : 0) ||
    y.confidence - x.confidence ||
    (x.docKey < y.docKey ? -1 : x.docKey > y.docKey ? 1 : 0) ||
    (x.leaf < y.leaf ? -1 : x.leaf > y.leaf ? 1 : 0)
  );
};

const MAX_OTHERS = 8;

const otherOf = ({ match }: Ranked): OtherVerdict => ({
  document: match.docKey,
  verdict: match.verdict,
  reason: match.reason ?? '',
  level: match.level,
  leaf: match.leaf,
  path: match.path,
  versionText: match.versionText,
});

const judgementOf = (ranked: readonly Ranked[]): Judgement | undefined => {
  const [first, ...rest] = [...ranked].sort(compare);
  if (first === undefined) return undefined;
  const { match } = first;
  return {
    vulnerability: match.vulnerability,
    verdict: match.verdict,
    reason: match.reason ?? '',
    level: match.level,
    confidence: match.confidence,
    document: match.docKey,
    leaf: match.leaf,
    path: match.path,
    versionText: match.versionText,
    fixState: match.fixState,
    fixedVersion: match.fixedVersion ?? '',
    others: rest.slice(0, MAX_OTHERS).map(otherOf),
  };
};

/** One judgement for each vulnerability, in the order of their ids; the order of the answers does not matter. */
export const judge = (matches: readonly ControllerMatch[], categoryOf: (document: string) => Category): Judgement[] => {
  const byVulnerability = new Map<string, Ranked[]>();
  for (const match of matches) {
    const ranked = { match, category: categoryOf(match.docKey) };
    const held = byVulnerability.get(match.vulnerability);
    if (held === undefined) byVulnerability.set(match.vulnerability, [ranked]);
    else held.push(ranked);
  }
  return [...byVulnerability.keys()].sort().flatMap((id) => judgementOf(byVulnerability.get(id) ?? []) ?? []);
};
