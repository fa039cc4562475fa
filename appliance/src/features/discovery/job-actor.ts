import type { Actor } from '../../engine/objects/types.ts';

const types: readonly Actor['type'][] = ['account', 'token', 'device', 'system', 'cli'];

/** Who asked for a run, as the row of the run names them; the right was checked when it was added. */
export const actorOf = (ref: string, label: string): Actor => {
  const at = ref.indexOf(':');
  const type = types.find((known) => known === ref.slice(0, at)) ?? 'system';
  return { type, id: ref.slice(at + 1), label, rights: new Set(['all']) };
};
