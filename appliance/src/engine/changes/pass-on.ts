import type { Changed, Derivations } from './types.ts';

/** Passes changes on by a table. It is asked for late: those who derive are made after those who write. */
export function passOn(table: () => Partial<Derivations>): Changed {
  return (entity, changes) => {
    if (changes.length === 0) return;
    for (const derive of table()[entity] ?? []) derive(changes);
  };
}
