import type { Body, Kind, Returns } from './types.ts';

// What of an earlier state of an object comes back. This is the only place where the classes of fields are applied, for
// revert, restore and undo; what an older database brought is made stricter by features/rollback from the same declarations.

/** The class of a field. What does not say comes back never. */
function returnsOf(kind: Pick<Kind, 'returns' | 'fields'>, name: string): Returns {
  return kind.fields[name]?.returns ?? kind.returns ?? 'never';
}

/** The fields of a kind that are not plain, in the order of their declaration. */
export function guardedFields(kind: Pick<Kind, 'returns' | 'fields'>): string[] {
  return Object.keys(kind.fields).filter((name) => returnsOf(kind, name) !== 'freely');
}

const sideOf = (kind: Kind, name: string): Readonly<Body> | 'remove' => {
  const { strict, required } = kind.fields[name] ?? {};
  if (strict !== undefined) return strict;
  // Used up, ended or void is what never comes back.
  if (returnsOf(kind, name) === 'never' && required !== true) return { [name]: null };
  return kind.strict ?? {};
};

/** What is written where these fields differ after a return to an older database; `remove`: the object goes. */
export function strictSide(kind: Kind, fields: readonly string[]): Body | 'remove' {
  const sides = fields.map((name) => sideOf(kind, name));
  return sides.includes('remove') ? 'remove' : Object.assign({}, ...(sides as Body[]));
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

const byName = (stored: Body): string =>
  JSON.stringify(Object.fromEntries(Object.entries(stored).sort(([a], [b]) => (a < b ? -1 : 1))));

/**
 * The stored form of an old revision as it comes back beside the current one: what never comes back, and every secret, is as
 * it is now.
 */
export function revertedBody(kind: Kind, old: string, current: string): string {
  const stored = JSON.parse(old) as Body;
  const now = JSON.parse(current) as Body;
  for (const [name, { type }] of Object.entries(kind.fields)) {
    if (type !== 'secret' && returnsOf(kind, name) !== 'never') continue;
    if (name in now) stored[name] = now[name];
    else delete stored[name];
  }
  return byName(stored);
}

/** The stored form in which a deleted object comes back: without what never does. `plainly`: with its plain fields alone. */
export function restoredBody(kind: Kind, gone: string, plainly = false): string {
  const kept = Object.entries(JSON.parse(gone) as Body).filter(([name]) => {
    const returns = returnsOf(kind, name);
    return returns === 'freely' || (returns === 'anew' && !plainly);
  });
  return byName(Object.fromEntries(kept));
}

/** Without an approval of something else: one ends with a change of what it is of, also when that is changed back. */
export function withoutOldApproval({ approval }: Kind, before: Body, after: Body): Body {
  if (approval === undefined) return after;
  const differs = (name: string): boolean => !same(before[name], after[name]);
  if (!approval.of.some(differs) || approval.fields.some((name) => differs(name) && !same(after[name], null)))
    return after;
  return Object.fromEntries(Object.entries(after).filter(([name]) => !approval.fields.includes(name)));
}

/** Whether an act can be undone at a click: it changed something, and plain fields alone, so that it took nothing away. */
export function isUndoable(kind: Kind, before: Body, after: Body): boolean {
  const changed = Object.keys(kind.fields).filter((name) => !same(before[name], after[name]));
  return changed.length > 0 && changed.every((name) => returnsOf(kind, name) === 'freely');
}

/** Whether the deletion of an object of a kind can be undone at a click. */
export function isDeletionUndoable(kind: Kind): boolean {
  return kind.final !== true && guardedFields(kind).length === 0;
}
