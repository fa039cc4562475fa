import type { FurtherRule } from './engine/objects/service.ts';
import type { WriteGuard } from './engine/objects/types.ts';

type Ruling = { readonly bodyRules: Readonly<Record<string, FurtherRule>> };
type Guarding = { readonly guards: Readonly<Record<string, WriteGuard>> };

/** The rule that one of the features has for a kind. */
export function ruleOf(features: readonly Ruling[], kind: string): FurtherRule | undefined {
  return features.flatMap(({ bodyRules }) => bodyRules[kind] ?? [])[0];
}

/** All that features ask before a write of a kind. */
export function guardOf(features: readonly Guarding[], kind: string): WriteGuard | undefined {
  const guards = features.flatMap((feature) => feature.guards[kind] ?? []);
  if (guards.length === 0) return undefined;
  return (...write) => {
    for (const guard of guards) guard(...write);
  };
}
