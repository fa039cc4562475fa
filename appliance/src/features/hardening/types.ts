import type { ControllerFacts } from '../controllers/types.ts';

// Hardening of controllers: a rule judges one fact, only where that fact is known. `unknown` is an answer of its own and
// never the same as `ok`. Titles, reasons and remedies are catalogue keys: `hardening.<name>.title`, `.reason`, `.remedy`.

type HardeningAnswer =
  | { answer: 'ok' | 'unknown' }
  | { answer: 'found' /** What was seen, as received. */; evidence: string };

export type HardeningRule = {
  name: string;
  severity: 'critical' | 'warning';
  judge(facts: ControllerFacts): HardeningAnswer;
};

export type HardeningResult = {
  rule: string;
  severity: 'critical' | 'warning';
  answer: 'ok' | 'unknown' | 'found';
  evidence: string | null;
};

/** The observed value, or what a person entered. */
export const known = ({ observed, configured }: ControllerFacts, field: string): string | undefined =>
  observed[field] ?? configured[field];

/** Answers about a yes-or-no fact whose bad value is known. */
export const judged = (value: string | undefined, isBad: (value: string) => boolean): HardeningAnswer =>
  value === undefined || value.trim() === '' || value === 'unknown'
    ? { answer: 'unknown' }
    : isBad(value)
      ? { answer: 'found', evidence: value }
      : { answer: 'ok' };

/** Services heard on a port; a state that says it is off is good news. */
export const judgedService = (facts: ControllerFacts, keys: readonly string[]): HardeningAnswer => {
  const heard = facts.services.filter(({ key }) => keys.includes(key));
  const on = heard.find(({ values }) => !/^(closed|off|disabled|refused)$/i.test(values['state'] ?? ''));
  if (on !== undefined) return { answer: 'found', evidence: on.key };
  return { answer: heard.length > 0 ? 'ok' : 'unknown' };
};
