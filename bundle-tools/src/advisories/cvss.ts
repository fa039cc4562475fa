import type { Severity } from './advisory.ts';

// Base scores: CVSS v3.0 and v3.1, FIRST specification section 7.1; v2, section 3.2.1 of its guide.

const METRICS = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  UI: { N: 0.85, R: 0.62 },
  IMPACT: { H: 0.56, L: 0.22, N: 0 },
} as const;
const PRIVILEGES = { U: { N: 0.85, L: 0.62, H: 0.27 }, C: { N: 0.85, L: 0.68, H: 0.5 } } as const;

const lookUp = (table: Readonly<Record<string, number>>, key: string | undefined): number =>
  key === undefined || !Object.hasOwn(table, key) ? Number.NaN : (table[key] ?? Number.NaN);

/** Version 3.1 rounds on integers, so that 4.02 never becomes 4.1 by a floating-point error. */
const roundUp = (value: number): number => {
  const scaled = Math.round(value * 100_000);
  return scaled % 10_000 === 0 ? scaled / 100_000 : (Math.floor(scaled / 10_000) + 1) / 10;
};

/** The base score of a CVSS v3 vector; null for another version or a vector that lacks a base metric. */
export const cvss3BaseScore = (vector: string): number | null => {
  if (!/^CVSS:3\.[01]\//.test(vector)) return null;
  const values = new Map(
    vector
      .split('/')
      .slice(1)
      .map((metric) => metric.split(':', 2) as [string, string]),
  );
  const scope = values.get('S');
  if (scope !== 'U' && scope !== 'C') return null;
  const exploitability =
    8.22 *
    lookUp(METRICS.AV, values.get('AV')) *
    lookUp(METRICS.AC, values.get('AC')) *
    lookUp(PRIVILEGES[scope], values.get('PR')) *
    lookUp(METRICS.UI, values.get('UI'));
  const base =
    1 -
    (1 - lookUp(METRICS.IMPACT, values.get('C'))) *
      (1 - lookUp(METRICS.IMPACT, values.get('I'))) *
      (1 - lookUp(METRICS.IMPACT, values.get('A')));
  const impact = scope === 'U' ? 6.42 * base : 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15;
  if (Number.isNaN(exploitability) || Number.isNaN(impact)) return null;
  if (impact <= 0) return 0;
  return roundUp(Math.min((scope === 'U' ? 1 : 1.08) * (impact + exploitability), 10));
};

const METRICS_2 = {
  AV: { L: 0.395, A: 0.646, N: 1 },
  AC: { H: 0.35, M: 0.61, L: 0.71 },
  Au: { M: 0.45, S: 0.56, N: 0.704 },
  IMPACT: { N: 0, P: 0.275, C: 0.66 },
} as const;

/** The base score of a CVSS v2 vector; null for a vector that lacks a base metric. */
export const cvss2BaseScore = (vector: string): number | null => {
  if (vector.startsWith('CVSS:')) return null;
  const values = new Map(vector.split('/').map((metric) => metric.split(':', 2) as [string, string]));
  const weight = (table: Readonly<Record<string, number>>, metric: string): number => lookUp(table, values.get(metric));
  const impact =
    10.41 *
    (1 -
      (1 - weight(METRICS_2.IMPACT, 'C')) * (1 - weight(METRICS_2.IMPACT, 'I')) * (1 - weight(METRICS_2.IMPACT, 'A')));
  const exploitability = 20 * weight(METRICS_2.AV, 'AV') * weight(METRICS_2.AC, 'AC') * weight(METRICS_2.Au, 'Au');
  if (Number.isNaN(exploitability) || Number.isNaN(impact)) return null;
  const score = (0.6 * impact + 0.4 * exploitability - 1.5) * (impact === 0 ? 0 : 1.176);
  return Math.round(score * 10) / 10;
};

/** The base score of a vector of version 2 or 3; undefined for others, whose score the document states. */
export const scoreOf = (vector: string): number | undefined =>
  cvss3BaseScore(vector) ?? cvss2BaseScore(vector) ?? undefined;

/** The qualitative rating of a base score (specification section 5); 0 is `low`, since the record exists. */
export const severityOfScore = (score: number): Severity =>
  score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'medium' : 'low';

const WORDS: ReadonlyMap<string, Severity> = new Map([
  ['critical', 'critical'],
  ['high', 'high'],
  ['important', 'high'],
  ['medium', 'medium'],
  ['moderate', 'medium'],
  ['low', 'low'],
  ['negligible', 'low'],
  ['unimportant', 'low'],
]);

/** A vendor's word for a severity; undefined when it is none. */
export const severityOfWord = (word: unknown): Severity | undefined =>
  typeof word === 'string' ? WORDS.get(word.trim().toLowerCase()) : undefined;
