import type { Entry, RollbackStore } from './store.ts';
import type { Taken } from './types.ts';

/** The newest so many are kept; for what is older the return to it is marked as not covered. */
export const keptTaken = 4_000;

const listOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

/** Field of a kind whose loss takes rights away. */
const rightsField: Readonly<Record<string, string>> = { account: 'roles', role: 'rights' };

type Held = Map<string, Taken>;

const noteObject = (
  held: Held,
  { kind, object: id, seq: entry, operation, revision }: Entry,
  store: RollbackStore,
): void => {
  const what = `${kind}:${id}`;
  if (operation === 'remove' || operation === 'purge') {
    held.set(what, { what, entry });
    held.delete(`rights:${what}`);
    held.delete(`disabled:${what}`);
    return;
  }
  held.delete(what);
  const field = rightsField[kind];
  if (field === undefined || operation === 'erase') return;
  const [before, now] = [store.body(kind, id, revision - 1), store.body(kind, id, revision)];
  const has = new Set(listOf(now[field]));
  const lost = [...(held.get(`rights:${what}`)?.values ?? []), ...listOf(before[field])].filter((one) => !has.has(one));
  if (lost.length === 0) held.delete(`rights:${what}`);
  else held.set(`rights:${what}`, { what: `rights:${what}`, entry, values: [...new Set(lost)] });
  if (now['disabled'] !== true) held.delete(`disabled:${what}`);
  else if (before['disabled'] !== true) held.set(`disabled:${what}`, { what: `disabled:${what}`, entry });
};

/** What is taken away after some more entries, and up to which entry something is no longer listed. */
export function takenAfter(
  taken: readonly Taken[],
  takenFrom: number,
  entries: readonly Entry[],
  store: RollbackStore,
): { taken: Taken[]; takenFrom: number } {
  const held: Held = new Map(taken.map((one) => [one.what, one]));
  for (const entry of entries) {
    if (entry.kind !== 'event') {
      noteObject(held, entry, store);
      continue;
    }
    const { device } = JSON.parse(entry.params ?? '{}') as { device?: unknown };
    if (typeof device !== 'string') continue;
    const what = `device:${device}`;
    if (entry.operation === 'device-revoked') held.set(what, { what, entry: entry.seq });
    else held.delete(what);
  }
  const sorted = [...held.values()].sort((a, b) => a.entry - b.entry);
  const dropped = sorted.slice(0, Math.max(0, sorted.length - keptTaken));
  return {
    taken: sorted.slice(dropped.length),
    takenFrom: Math.max(takenFrom, dropped.at(-1)?.entry ?? 0),
  };
}
