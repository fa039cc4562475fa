import { MAX_FACT_CHARS, MAX_FACTS_PER_PART, type PartReading, type Reading, type ReadingFact } from '../reading.ts';
import type { DeviceFact } from './device-fact.ts';
import type { Trouble } from './types.ts';

// What one exchange found. The first value of a field stays; a field that was asked for and did not come says why.

type PartType = PartReading['type'];

/** Why a field is not there. `absent`: the device answered without it. */
type Refusal = Trouble | 'absent' | 'malformed' | 'denied-by-device';

export type Collector = {
  facts(facts: readonly DeviceFact[]): void;
  /** Of a module, an interface or a service. */
  part(type: PartType, key: string, facts: readonly DeviceFact[]): void;
  /** Fields that a request would have brought; `reason` is the device's own code. */
  refused(fields: readonly string[], error: Refusal, reason: string): void;
  /** The modes as they were read, in order. */
  modes(): readonly string[];
  reading(observedAtMs: number, source: string): Reading;
};

const maxParts = 64;
const cut = (text: string): string => text.slice(0, MAX_FACT_CHARS);

/** Collects for one exchange. */
export const collector = (): Collector => {
  const own = new Map<string, DeviceFact>();
  const missing = new Map<string, { error: Refusal; reason: string }>();
  const parts = new Map<string, { type: PartType; key: string; facts: Map<string, DeviceFact> }>();
  const modes: string[] = [];

  const add = (to: Map<string, DeviceFact>, facts: readonly DeviceFact[]): void => {
    for (const fact of facts)
      if (!to.has(fact.field) && to.size < MAX_FACTS_PER_PART && fact.value !== '') to.set(fact.field, fact);
  };
  const readingFacts = (facts: Map<string, DeviceFact>): ReadingFact[] =>
    [...facts.values()].map(({ field, value, raw }) => ({ field, value: cut(value), raw: cut(raw) }));

  return {
    facts: (facts) => {
      for (const { field, value } of facts) if (field === 'mode') modes.push(value);
      add(own, facts);
    },
    part: (type, key, facts) => {
      const name = `${type} ${key}`;
      const known = parts.get(name) ?? { type, key: key.slice(0, 128), facts: new Map() };
      if (!parts.has(name) && parts.size >= maxParts) return;
      parts.set(name, known);
      add(known.facts, facts);
    },
    refused: (fields, error, reason) => {
      for (const field of fields) if (!missing.has(field)) missing.set(field, { error, reason });
    },
    modes: () => modes,
    reading: (observedAtMs, source) => ({
      observedAtMs,
      method: 'query',
      source,
      facts: [
        ...readingFacts(own),
        ...[...missing]
          .filter(([field]) => !own.has(field))
          .map(([field, { error, reason }]) => ({ field, error, reason: cut(reason) })),
      ].slice(0, MAX_FACTS_PER_PART),
      parts: [...parts.values()].map(({ type, key, facts: own }) => ({ type, key, facts: readingFacts(own) })),
    }),
  };
};
