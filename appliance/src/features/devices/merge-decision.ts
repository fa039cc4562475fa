import type { ObjectService } from '../../engine/objects/service.ts';
import type { Actor } from '../../engine/objects/types.ts';

// Decisions about both records: those about the kept one stand, and those only about the other one become its own;
// of lists (tags by hand) it has both.

const kind = 'device-decision';

export type MergedDecision = {
  /** False: there was no decision about the kept record before. */
  existed: boolean;
  /** Fields that came from the other record, with what they were. */
  filled: Record<string, { before: unknown; after: unknown }>;
};

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** Fills what the decision about the kept record lacks. */
export const mergeDecision = (
  { ofAnyKind: objects }: ObjectService,
  actor: Actor,
  keep: string,
  other: string,
): MergedDecision => {
  const held = objects.find(kind, keep);
  const filled: MergedDecision['filled'] = {};
  for (const [name, value] of Object.entries(objects.find(kind, other)?.body ?? {})) {
    const before = held?.body[name] ?? null;
    const after = Array.isArray(value) && Array.isArray(before) ? [...new Set([...before, ...value])] : value;
    if (isEmpty(value) || !(isEmpty(before) || (Array.isArray(before) && Array.isArray(after)))) continue;
    if (Array.isArray(before) && Array.isArray(after) && after.length === before.length) continue;
    filled[name] = { before, after };
  }
  if (Object.keys(filled).length > 0) {
    const patch = Object.fromEntries(Object.entries(filled).map(([name, { after }]) => [name, after]));
    const { body } = objects.put(actor, kind, keep, patch);
    // As it was stored: lists are sorted.
    for (const [name, change] of Object.entries(filled)) change.after = body[name];
  }
  return { existed: held !== undefined, filled };
};

const recordKind = 'hardware-record';

export type MovedRecord = { id: string; before: string; after: string };

/** What people entered about parts without a number of their own names the device: it follows, where the place is free. */
export const mergeRecords = (
  objects: ObjectService,
  actor: Actor,
  ids: readonly string[],
  keep: string,
  other: string,
): MovedRecord[] =>
  ids.flatMap((id) => {
    const before = String(objects.find(recordKind, id)?.body['part'] ?? '');
    const after = before.replace(`device/${other}/`, `device/${keep}/`);
    if (before === after || objects.findBy(recordKind, 'part', after) !== undefined) return [];
    objects.update(actor, recordKind, id, { part: after });
    return [{ id, before, after }];
  });

/** Back to the device that they were entered for. */
export const unmergeRecords = (objects: ObjectService, actor: Actor, moved: readonly MovedRecord[]): void => {
  for (const { id, before, after } of moved) {
    if (objects.find(recordKind, id)?.body['part'] !== after) continue;
    if (objects.findBy(recordKind, 'part', before) === undefined)
      objects.update(actor, recordKind, id, { part: before });
  }
};

/** Takes back what came from the other record and was not changed since. */
export const unmergeDecision = (
  { ofAnyKind: objects }: ObjectService,
  actor: Actor,
  keep: string,
  { existed, filled }: MergedDecision,
): void => {
  const held = objects.find(kind, keep);
  if (held === undefined) return;
  const taken = Object.entries(filled)
    .filter(([name, { after }]) => JSON.stringify(held.body[name]) === JSON.stringify(after))
    .map(([name, { before }]) => [name, before]);
  if (taken.length === 0) return;
  const patch = Object.fromEntries(taken) as Record<string, unknown>;
  const leaves = Object.entries(held.body).some(([name, value]) => !(name in patch) && !isEmpty(value));
  if (existed || leaves) objects.put(actor, kind, keep, patch);
  else objects.remove(actor, kind, keep);
};
