import type { ObjectService } from '../../engine/objects/service.ts';

const maxDepth = 32;

/** The group of a device and those above it. */
export const groupsOf = (objects: Pick<ObjectService, 'find'>, publicId: string): string[] => {
  const groups: string[] = [];
  let next: unknown = objects.find('device-decision', publicId)?.body['group'];
  while (typeof next === 'string' && next !== '' && !groups.includes(next) && groups.length < maxDepth) {
    groups.push(next);
    next = objects.find('group', next)?.body['parent'];
  }
  return groups;
};
