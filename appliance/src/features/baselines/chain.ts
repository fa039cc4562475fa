import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import type { Device } from '../devices/types.ts';
import { type Baseline, deviceBaselineId, groupBaselineId } from './types.ts';

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const timeOf = (value: unknown): number | null => (typeof value === 'string' ? Date.parse(value) : null);

/** A baseline as services use it. */
export const toBaseline = ({ id, revision, body, updatedAt }: ObjectOf<'baseline'>): Baseline => ({
  id,
  revision,
  updatedAt,
  name: String(body['name'] ?? id),
  scope: body['scope'] === 'group' ? 'group' : 'device',
  device: textOf(body['device']),
  group: textOf(body['group']),
  reference: textOf(body['reference']),
  collections: texts(body['collections']),
  allowed: texts(body['allowed']),
  approvedAt: timeOf(body['approvedAt']) ?? 0,
  expiresAt: timeOf(body['expiresAt']),
  content: Number(body['content'] ?? 0),
  contentHash: String(body['contentHash'] ?? ''),
  accepted: texts(body['accepted']).map(Number),
});

/** Groups are nested this deep at most before something is wrong with them. */
const maxDepth = 64;

/** The groups of a device, the nearest first. */
const groupsOf = (objects: ObjectService, publicId: string): string[] => {
  const groups: string[] = [];
  let next = textOf(objects.find('device-decision', publicId)?.body['group']);
  while (next !== null && groups.length < maxDepth && !groups.includes(next)) {
    groups.push(next);
    next = textOf(objects.find('group', next)?.body['parent']);
  }
  return groups;
};

/** The baselines that a device is under, the nearest first. */
export const baselinesOf = (objects: ObjectService, device: Pick<Device, 'publicId'>): Baseline[] =>
  [deviceBaselineId(device.publicId), ...groupsOf(objects, device.publicId).map(groupBaselineId)]
    .map((id) => objects.find('baseline', id))
    .filter((found) => found !== undefined)
    .map(toBaseline);

/** A group with all groups under it. */
export const groupTree = (objects: ObjectService, group: string): string[] => {
  const parents = new Map<string, string[]>();
  for (let after: string | undefined; ; ) {
    const page = objects.list({ kind: 'group', limit: 1_000, ...defined({ after }) });
    for (const { id, body } of page.rows) {
      const parent = textOf(body['parent']);
      if (parent !== null) parents.set(parent, [...(parents.get(parent) ?? []), id]);
    }
    after = page.next;
    if (after === undefined) break;
  }
  const found = new Set([group]);
  for (const one of found) for (const child of parents.get(one) ?? []) found.add(child);
  return [...found];
};
