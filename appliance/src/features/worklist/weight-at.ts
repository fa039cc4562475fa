import type { ObjectService } from '../../engine/objects/service.ts';
import { isLimited, type WorkName, type WorkWeight } from './types.ts';

const hourMs = 3_600_000;

/** What each kind of work weighs at a site: its settings. */
export function workWeightAt(objects: Pick<ObjectService, 'setting'>): (name: WorkName) => WorkWeight {
  return (name) => ({
    harm: objects.setting(`work.harm.${name}`),
    limitMs: isLimited(name) ? objects.setting(`work.limit.${name}`) * hourMs : undefined,
  });
}
