import { DECISIONS, type Decision } from '../vulnerabilities/types.ts';
import { type ControllerContext, exploitations, type Threat } from './types.ts';

// What to do first (ADVISORIES 5, OT 7): from exploitation, whether it can be automated, what it does, how exposed the
// controller is, and what depends on it. A score alone never decides. Both halves are small numbers, so that the list of
// ten thousand controllers is a join.

export const PRIORITY_RULES = 'ot/1';

const AUTOMATABLE = ['yes', 'no', 'unknown'] as const;
const IMPACT = ['total', 'partial', 'unknown'] as const;
const EXPOSURE = ['direct', 'indirect', 'small', 'unknown'] as const;
const CRITICALITY = ['high', 'medium', 'low', 'unknown'] as const;
const SAFETY = ['yes', 'no', 'unknown'] as const;

const place = <T>(values: readonly T[], value: T): number => Math.max(0, values.indexOf(value));
const at = <T>(values: readonly T[], index: number): T => values[index % values.length] as T;

export const encodeThreat = ({ exploitation, automatable, impact }: Threat): number =>
  (place(exploitations, exploitation) * 3 + place(AUTOMATABLE, automatable)) * 3 + place(IMPACT, impact);

export const decodeThreat = (code: number): Threat => ({
  exploitation: at(exploitations, Math.floor(code / 9)),
  automatable: at(AUTOMATABLE, Math.floor(code / 3) % 3),
  impact: at(IMPACT, code % 3),
});

export const encodeContext = ({ exposure, criticality, safety }: ControllerContext): number =>
  (place(EXPOSURE, exposure) * 4 + place(CRITICALITY, criticality)) * 3 + place(SAFETY, safety);

export const decodeContext = (code: number): ControllerContext => ({
  exposure: at(EXPOSURE, Math.floor(code / 12)),
  criticality: at(CRITICALITY, Math.floor(code / 3) % 4),
  safety: at(SAFETY, code % 3),
});

// Unknown counts as the middle for a controller, as the worse for a vulnerability.
const REACH = { direct: 2, indirect: 1, unknown: 1, small: 0 } as const;
const STAKE = { high: 2, medium: 1, unknown: 1, low: 0 } as const;

/** The decision about a vulnerability in a controller. */
const decidePriority = (threat: Threat, context: ControllerContext): Decision => {
  const reach = REACH[context.exposure];
  const stake = context.safety === 'yes' ? 2 : STAKE[context.criticality];
  const strength = Number(threat.automatable !== 'no') + Number(threat.impact !== 'partial');
  if (threat.exploitation === 'active') return reach + stake > 0 ? 'act' : 'attend';
  if (threat.exploitation === 'poc') {
    if (reach === 2 && (stake === 2 || strength === 2)) return 'act';
    return stake === 2 || reach === 2 || strength === 2 ? 'attend' : 'track-star';
  }
  const sum = reach + stake + strength;
  if (sum === 6) return 'act';
  if (sum >= 4) return 'attend';
  return sum >= 2 ? 'track-star' : 'track';
};

const threatCount = exploitations.length * AUTOMATABLE.length * IMPACT.length;
const contextCount = EXPOSURE.length * CRITICALITY.length * SAFETY.length;

const ranks: readonly (readonly number[])[] = Array.from({ length: threatCount }, (_, threat) =>
  Array.from({ length: contextCount }, (_, context) =>
    DECISIONS.indexOf(decidePriority(decodeThreat(threat), decodeContext(context))),
  ),
);

/** The worst decision about a threat in some contexts, as a place in DECISIONS. */
export const rankIn = (threat: number, contexts: readonly number[]): number =>
  contexts.reduce((worst, context) => Math.min(worst, ranks[threat]?.[context] ?? worst), DECISIONS.length - 1);

/** Every threat in every context, for the join. */
export const priorityRows = function* (): Generator<{ threat: number; context: number; rank: number }> {
  for (const [threat, byContext] of ranks.entries())
    for (const [context, rank] of byContext.entries()) yield { threat, context, rank };
};

const letters = (vector: string): ReadonlyMap<string, string> =>
  new Map(
    vector
      .toUpperCase()
      .split('/')
      .map((metric): [string, string] => {
        const [name = '', value = ''] = metric.split(':');
        return [name, value];
      }),
  );

/** What a vector says of a vulnerability itself; nothing of how urgent it is. */
const threatOfVector = (vector: string | undefined): Threat => {
  if (vector === undefined || vector === '')
    return { exploitation: 'unknown', automatable: 'unknown', impact: 'unknown' };
  const of = letters(vector);
  const first = (...names: string[]): string => names.map((name) => of.get(name)).find((text) => text) ?? '';
  const attack = first('AV');
  const privileges = first('PR', 'AU');
  const interaction = of.get('UI') ?? 'N';
  const isAutomatable = attack === 'N' && first('AC') === 'L' && privileges === 'N' && interaction === 'N';
  const full = new Set(['H', 'C']);
  const hurts = (...names: string[]): boolean => full.has(first(...names));
  // A controller that is stopped or rewritten is lost; one that is only read is not.
  const isTotal = hurts('I', 'VI') && hurts('A', 'VA');
  // Only version 4 says that attacks were seen; before it, the letters speak of how good the exploit code is.
  const active = /^CVSS:4/i.test(vector) && first('E') === 'A';
  const poc = new Set(['P', 'POC', 'F', 'H']).has(first('E'));
  return {
    exploitation: active ? 'active' : poc ? 'poc' : 'unknown',
    automatable: attack === '' ? 'unknown' : isAutomatable ? 'yes' : 'no',
    impact: first('I', 'VI') === '' ? 'unknown' : isTotal ? 'total' : 'partial',
  };
};

/**
 * What catalogues of exploitation say goes before what a vector implies: some publishers write "proof of concept" into every
 * vector. Attacks that a publisher has seen stay seen.
 */
export const threatOf = (vector: string | undefined, known: Partial<Threat> | undefined): Threat => {
  const implied = threatOfVector(vector);
  return { ...implied, ...known, ...(implied.exploitation === 'active' ? { exploitation: 'active' as const } : {}) };
};

/** How many codes of threats share one state of exploitation: codes are in the order of exploitations. */
export const THREATS_PER_EXPLOITATION = AUTOMATABLE.length * IMPACT.length;
