import { MAX_SAID, MAX_SAID_PER_PART, type PartReading, type Reading, type Said } from '../reading.ts';
import type { DeviceFact } from './device-fact.ts';
import type { Trouble } from './types.ts';

// What one exchange found. The first value of a field stays; a field that was asked for and did not come says why.

export type PartSort = PartReading['sort'];

/** Why a field is not there. `absent`: the device answered without it. */
export type Refusal = Trouble | 'absent' | 'malformed' | 'denied-by-device';

export type Collector = {
  said(facts: readonly DeviceFact[]): void;
  /** Of a module, an interface or a service. */
  part(sort: PartSort, key: string, facts: readonly DeviceFact[]): void;
  /** Fields that a request would have brought; `reason` is the device's own code. */
  refused(fields: readonly string[], error: Refusal, reason: string): void;
  /** The modes as they were read, in order. */
  modes(): readonly string[];
  reading(observedAtMs: number, source: string): Reading;
};

const maxParts = 64;
const cut = (text: string): string => text.slice(0, MAX_SAID);

/** Collects for one exchange. */
export const collector = (): Collector => {
  const own = new Map<string, DeviceFact>();
  const missing = new Map<string, { error: Refusal; reason: string }>();
  const parts = new Map<string, { sort: PartSort; key: string; facts: Map<string, DeviceFact> }>();
  const modes: string[] = [];

  const add = (to: Map<string, DeviceFact>, facts: readonly DeviceFact[]): void => {
    for (const fact of facts)
      if (!to.has(fact.field) && to.size < MAX_SAID_PER_PART && fact.value !== '') to.set(fact.field, fact);
  };
  const sayings = (facts: Map<string, DeviceFact>): Said[] =>
    [...facts.values()].map(({ field, value, raw }) => ({ field, value: cut(value), raw: cut(raw) }));

  return {
    said: (facts) => {
      for (const { field, value } of facts) if (field === 'mode') modes.push(value);
      add(own, facts);
    },
    part: (sort, key, facts) => {
      const name = `${sort} ${key}`;
      const known = parts.get(name) ?? { sort, key: key.slice(0, 128), facts: new Map() };
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
      said: [
        ...sayings(own),
        ...[...missing]
          .filter(([field]) => !own.has(field))
          .map(([field, { error, reason }]) => ({ field, error, reason: cut(reason) })),
      ].slice(0, MAX_SAID_PER_PART),
      parts: [...parts.values()].map(({ sort, key, facts }) => ({ sort, key, said: sayings(facts) })),
    }),
  };
};
