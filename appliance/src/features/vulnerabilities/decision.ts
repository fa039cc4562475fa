import { type Decision, SEVERITIES, type Severity } from './types.ts';

/** What the decision was made from, stored with it so that "why" stays answerable after the inputs change. */
export type DecisionInputs = {
  readonly rule: 'severity/1';
  readonly severity: Severity;
  readonly cvss?: string;
};

const BY_SEVERITY: Readonly<Record<Severity, Decision>> = {
  critical: 'act',
  high: 'attend',
  medium: 'track-star',
  low: 'track',
  unknown: 'track',
};

/** Rule `severity/1`: until exploitation data is at hand the severity alone decides. */
export const decide = (severity: Severity, cvss?: string): { decision: Decision; inputs: DecisionInputs } => ({
  decision: BY_SEVERITY[severity],
  inputs: { rule: 'severity/1', severity, ...(cvss === undefined ? {} : { cvss }) },
});

/** The rule as rows, for matching inside the database. */
export const decisionRules = (): readonly { severity: Severity; decision: Decision; name: DecisionInputs['rule'] }[] =>
  SEVERITIES.map((severity) => ({ severity, decision: BY_SEVERITY[severity], name: 'severity/1' }));
