import type { FurtherRule } from '../../engine/objects/service.ts';
import type { groupStore } from './group-store.ts';
import { maxGroups } from './types.ts';

/** Levels of the tree. */
const maxDepth = 16;

/** A group's name is the only one of its kind below the same group; the tree has an end downwards and in number. */
export function groupRule(store: ReturnType<typeof groupStore>): FurtherRule {
  return (id, body) => {
    const parent = typeof body['parent'] === 'string' ? body['parent'] : null;
    const own = Math.max(1, store.height(id));
    const isNew = store.depth(id) === 0;
    const faults = {
      ...(store.isNameTaken(id, String(body['name'] ?? ''), parent) ? { name: { key: 'validation.taken' } } : {}),
      ...((parent === null ? 0 : store.depth(parent)) + own > maxDepth
        ? { parent: { key: 'validation.depth', params: { max: maxDepth } } }
        : {}),
      ...(isNew && store.count() >= maxGroups ? { '': { key: 'validation.tooMany', params: { max: maxGroups } } } : {}),
    };
    return { faults, body };
  };
}
