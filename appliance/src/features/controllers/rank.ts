import type { Method } from '@sallyport/bundle-tools/controllers/reading';
import type { ControllerSide } from './types.ts';

// Which of two facts about the same field and side wins (OT F2, F3, F5). The order is total and looks only at what the facts
// say, never at when they came: facts in any order have the same effective.

const observedRank: Partial<Record<Method, number>> = { manual: 0, query: 1, passive: 2, inferred: 3 };
const configuredRank: Partial<Record<Method, number>> = { manual: 0, project: 1, nameplate: 2, csv: 3 };

/** The side that a method speaks for; what people say may be of either. */
export const sideOf = (method: Method): ControllerSide | 'either' =>
  method === 'manual' ? 'either' : method in observedRank ? 'observed' : 'configured';

type Contender = {
  method: Method;
  source: string;
  observedAt: number;
  confidence: number;
  /** Worked out by a map. */
  derived: boolean;
  value: string;
  raw: string | null;
};

/** Why one fact wins over another. */
type WinRule = 'only' | 'manual' | 'rank' | 'time' | 'direct' | 'confidence' | 'order';

const rankOf = (side: ControllerSide, method: Method): number =>
  (side === 'observed' ? observedRank : configuredRank)[method] ?? 9;

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const differences = (side: ControllerSide, a: Contender, b: Contender): readonly [WinRule, number][] => [
  ['rank', rankOf(side, a.method) - rankOf(side, b.method)],
  ['time', b.observedAt - a.observedAt],
  ['direct', Number(a.derived) - Number(b.derived)],
  ['confidence', b.confidence - a.confidence],
  // Nothing is left that would make one of them better; both orders of their coming give the same.
  ['order', byText(a.value, b.value) || byText(a.source, b.source) || byText(a.raw ?? '', b.raw ?? '')],
];

/** Below zero when `a` wins. */
export const compareFacts = (side: ControllerSide, a: Contender, b: Contender): number =>
  differences(side, a, b).find(([, difference]) => difference !== 0)?.[1] ?? 0;

/** The rule by which `effective` goes before `superseded`. */
export const ruleBetween = (side: ControllerSide, effective: Contender, superseded: Contender): WinRule => {
  const [rule] = differences(side, effective, superseded).find(([, difference]) => difference !== 0) ?? ['order'];
  return rule === 'rank' && effective.method === 'manual' ? 'manual' : rule;
};
