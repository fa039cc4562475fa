import type { Field } from '../condition/types.ts';

/** When a device was heard. `visible` is what the status calls it: heard within the time-out of its group. */
export const seenFields: readonly Field[] = [
  { name: 'lastSeen', type: 'time', layer: 0, source: { scalar: 'd.last_seen_at' } },
  { name: 'visible', type: 'yesno', layer: 3, source: { scalar: 'coalesce(d.last_seen_at > :visibleSince, 0)' } },
];
