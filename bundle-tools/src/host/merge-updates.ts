import type { Update } from '../updates/update.ts';

const union = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])].sort();

/** One record per update: several platforms and sites may name the same one with other suites and dependencies. */
export const mergeUpdates = (updates: Iterable<Update>): Map<string, Update> => {
  const merged = new Map<string, Update>();
  for (const update of updates) {
    const held = merged.get(update.id);
    if (held === undefined) {
      merged.set(update.id, {
        ...update,
        suites: union(update.suites, []),
        depends: union(update.depends, []),
        supersedes: union(update.supersedes, []),
      });
      continue;
    }
    merged.set(update.id, {
      ...held,
      suites: union(held.suites, update.suites),
      depends: union(held.depends, update.depends),
      supersedes: union(held.supersedes, update.supersedes),
      security: held.security || update.security,
    });
  }
  return merged;
};

/** Takes away what has a file that is not there, and whatever depends on it; a half update is none. */
export const dropIncomplete = (
  updates: ReadonlyMap<string, Update>,
  hasFile: (sha256: string) => boolean,
): { kept: Map<string, Update>; dropped: ReadonlyMap<string, Update> } => {
  const kept = new Map([...updates].filter(([, update]) => update.files.every(hasFile)));
  for (let before = -1; before !== kept.size; ) {
    before = kept.size;
    for (const [id, update] of kept) if (update.depends.some((depends) => !kept.has(depends))) kept.delete(id);
  }
  return { kept, dropped: new Map([...updates].filter(([id]) => !kept.has(id))) };
};

/** The updates of a catalog that some site holds a file of, with what they depend on: agents install only what is listed. */
export const heldUpdates = (
  updates: ReadonlyArray<Update>,
  isHeld: (sha256: string) => boolean,
): ReadonlyArray<Update> => {
  const byId = new Map(updates.map((update) => [update.id, update]));
  const chosen = new Map<string, Update>();
  const open = updates.filter((update) => update.files.some(isHeld));
  for (let update = open.pop(); update !== undefined; update = open.pop()) {
    if (chosen.has(update.id)) continue;
    chosen.set(update.id, update);
    for (const id of update.depends) {
      const wanted = byId.get(id);
      if (wanted !== undefined) open.push(wanted);
    }
  }
  return [...chosen.values()];
};
