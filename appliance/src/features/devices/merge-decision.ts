import type { ObjectService } from '../objects/service.ts';
import type { Actor } from '../objects/types.ts';

// What administrators said about both records: what was said about the kept one stands, and what was said only about the
// other one is said about it from now on.

const kind = 'device-decision';

export type MergedDecision = {
  /** False: nothing was said about the kept record before. */
  existed: boolean;
  /** Fields that came from the other record. */
  filled: Record<string, unknown>;
};

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** Fills what is not said about the kept record. */
export const mergeDecision = (objects: ObjectService, actor: Actor, keep: string, other: string): MergedDecision => {
  const held = objects.find(kind, keep);
  const filled = Object.fromEntries(
    Object.entries(objects.find(kind, other)?.body ?? {}).filter(
      ([name, value]) => !isEmpty(value) && isEmpty(held?.body[name]),
    ),
  );
  if (Object.keys(filled).length > 0) objects.put(actor, kind, keep, filled);
  return { existed: held !== undefined, filled };
};

/** Takes back what came from the other record and nobody changed since. */
export const unmergeDecision = (
  objects: ObjectService,
  actor: Actor,
  keep: string,
  { existed, filled }: MergedDecision,
): void => {
  const held = objects.find(kind, keep);
  if (held === undefined) return;
  const taken = Object.entries(filled)
    .filter(([name, value]) => JSON.stringify(held.body[name]) === JSON.stringify(value))
    .map(([name]) => [name, null]);
  if (taken.length === 0) return;
  const patch = Object.fromEntries(taken) as Record<string, null>;
  const leaves = Object.entries(held.body).some(([name, value]) => !(name in patch) && !isEmpty(value));
  if (existed || leaves) objects.put(actor, kind, keep, patch);
  else objects.remove(actor, kind, keep);
};
