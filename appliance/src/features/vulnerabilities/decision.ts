import { DECISIONS, type Decision, SEVERITIES, type Severity } from './types.ts';

// What to do first about an advisory on computers (ADVISORIES 5). The severity decides as long as no catalogue says anything
// of attacks; what catalogues say only ever makes it more urgent, since "none known" is what they say of most of what is new.

/** What catalogues of exploitation say together of the CVEs of an advisory; null: nothing. */
export type AdvisoryThreat = {
  readonly exploitation: string | null;
  readonly automatable: string | null;
  readonly impact: string | null;
  /** Days in the catalogue of known exploited vulnerabilities. */
  readonly exploitedSince: string | null;
  readonly exploitedDue: string | null;
  readonly ransomware: number | null;
};

/** What the decision was made from, stored with it so that "why" stays answerable after the inputs change. */
type DecisionInputs = {
  readonly rule: 'severity/1' | 'threat/1';
  readonly severity: Severity;
  readonly cvss?: string;
  readonly exploitation?: string;
  readonly automatable?: string;
  readonly impact?: string;
  readonly exploitedSince?: string;
  readonly exploitedDue?: string;
  readonly ransomware?: 0 | 1;
};

const BY_SEVERITY: Readonly<Record<Severity, Decision>> = {
  critical: 'act',
  high: 'attend',
  medium: 'track-star',
  low: 'track',
  unknown: 'track',
};

/** How much is known of attacks. */
const ATTACKS = ['active', 'poc', 'none'] as const;
type Attacks = (typeof ATTACKS)[number];

/** By how many of "can be automated" and "gives total control" hold. */
const BY_ATTACKS: Readonly<Record<Attacks, readonly [Decision, Decision, Decision]>> = {
  active: ['act', 'act', 'act'],
  poc: ['track-star', 'attend', 'act'],
  none: ['track', 'track', 'track'],
};

const worse = (one: Decision, two: Decision): Decision =>
  DECISIONS[Math.min(DECISIONS.indexOf(one), DECISIONS.indexOf(two))] ?? one;

/** Seen in use goes before what anybody judged of it. */
const attacksOf = ({ exploitedSince, exploitation }: AdvisoryThreat): Attacks =>
  exploitedSince !== null || exploitation === 'active' ? 'active' : exploitation === 'poc' ? 'poc' : 'none';

const strengthOf = ({ automatable, impact }: AdvisoryThreat): number =>
  Number(automatable === 'yes') + Number(impact === 'total');

const decisionOf = (severity: Severity, attacks: Attacks, strength: number): Decision =>
  worse(BY_SEVERITY[severity], BY_ATTACKS[attacks][strength] ?? 'track');

/** Keys in the order in which matching inside the database writes them: the texts are compared. */
export const decide = (
  severity: Severity,
  cvss?: string,
  threat?: AdvisoryThreat,
): { decision: Decision; inputs: DecisionInputs } => {
  const score = cvss === undefined ? {} : { cvss };
  if (threat === undefined)
    return { decision: BY_SEVERITY[severity], inputs: { rule: 'severity/1', severity, ...score } };
  const { exploitation, automatable, impact, exploitedSince, exploitedDue, ransomware } = threat;
  const known = { exploitation, automatable, impact, exploitedSince, exploitedDue, ransomware };
  const given = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== null));
  return {
    decision: decisionOf(severity, attacksOf(threat), strengthOf(threat)),
    inputs: { rule: 'threat/1', severity, ...score, ...given },
  };
};

/** The rule as rows, for matching inside the database. */
export const decisionRules = (): readonly {
  severity: Severity;
  attacks: Attacks;
  strength: number;
  decision: Decision;
}[] =>
  SEVERITIES.flatMap((severity) =>
    ATTACKS.flatMap((attacks) =>
      [0, 1, 2].map((strength) => ({ severity, attacks, strength, decision: decisionOf(severity, attacks, strength) })),
    ),
  );

/** The attacks and the strength of a row of what catalogues say, as `attacksOf` and `strengthOf`; `t` may be missing. */
export const ATTACKS_SQL = (t: string): string =>
  `CASE WHEN ${t}.exploitedSince IS NOT NULL OR ${t}.exploitation = 'active' THEN 'active'
     WHEN ${t}.exploitation = 'poc' THEN 'poc' ELSE 'none' END`;
export const STRENGTH_SQL = (t: string): string => `(${t}.automatable IS 'yes') + (${t}.impact IS 'total')`;
