import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, asWriter, scopeOf } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import type { Scope } from '../../platform/scope.ts';
import type { RuleSet } from './rule-set.ts';
import type { RuleStore } from './store.ts';
import type { DeviceTag } from './types.ts';

export type TagService = {
  tagsOf(device: number): DeviceTag[];
  /** Of many at once, sorted by tag. */
  tagsOfAll(devices: readonly number[]): Map<number, string[]>;
  /** Every tag in use, with the devices in reach. */
  tagCounts(scope: Scope): Array<{ tag: string; devices: number }>;
  /** Gives a tag by hand; NOT_FOUND for a device out of reach. Returns those that did not have it by hand before, by public id. */
  addTag(actor: Actor, tag: string, devices: readonly string[], comment?: string): string[];
  /** Takes a tag that people gave; returns those that had it. What rules give stays. */
  removeTag(actor: Actor, tag: string, devices: readonly string[], comment?: string): string[];
  /** Keeps for a day what a bulk action changed; the id takes it back. */
  noteTagChange(change: NotedTagChange): string;
  /** Forgets changes that can not be taken back any more. */
  trimTagChanges(): number;
  /** Takes back exactly that; NOT_FOUND once it is done or over. How many devices changed. */
  undoTagChange(actor: Actor, id: string): { tag: string; added: boolean; devices: number };
};

/** What a bulk action changed: the devices by public id. */
type NotedTagChange = { tag: string; added: boolean; devices: readonly string[] };

const dayMs = 86_400_000;

type TagParts = {
  clock: () => number;
  store: RuleStore;
  objects: ObjectService;
  rules: () => RuleSet;
  transact: <T>(work: () => T) => T;
};

/** Tags of devices: by hand as part of what people say about a device, by rule as derived. */
export const tagService = ({ store, objects, rules, clock, transact }: TagParts): TagService => {
  const handTags = (device: string): string[] => {
    const tags = objects.find('device-decision', device)?.body['tags'];
    return Array.isArray(tags) ? tags.map(String) : [];
  };

  const change = (
    actor: Actor,
    devices: readonly string[],
    next: (tags: string[]) => string[] | undefined,
    comment: string | undefined,
  ): string[] => {
    const scope = scopeOf(actor, 'devices:write');
    return transact(() => {
      const reached = new Set(scope.site ? devices : store.reached(devices, scope));
      if (devices.some((device) => !reached.has(device))) throw new AppError('NOT_FOUND', 'no such device');
      return devices.filter((device) => {
        const tags = next(handTags(device));
        if (tags === undefined) return false;
        objects.put(
          asWriter(actor, 'devices:write'),
          'device-decision',
          device,
          { tags: tags.length === 0 ? null : tags.sort() },
          comment === undefined ? {} : { comment },
        );
        return true;
      });
    });
  };

  const addTag: TagService['addTag'] = (actor, tag, devices, comment) =>
    change(actor, devices, (tags) => (tags.includes(tag) ? undefined : [...tags, tag]), comment);
  const removeTag: TagService['removeTag'] = (actor, tag, devices, comment) =>
    change(actor, devices, (tags) => (tags.includes(tag) ? tags.filter((one) => one !== tag) : undefined), comment);

  return {
    tagsOf: (device) => {
      const names = new Map(rules().tags.map(({ id, name }) => [id, name]));
      const tags = new Map<string, DeviceTag>();
      for (const { tag, source } of store.tagsOf([device])) {
        const held = tags.get(tag) ?? { tag, byHand: false, rules: [] };
        if (source === 'hand') held.byHand = true;
        else held.rules.push({ id: source, name: names.get(source) ?? source });
        tags.set(tag, held);
      }
      return [...tags.values()];
    },
    tagsOfAll: (devices) => {
      const found = new Map<number, string[]>();
      for (const { tag, device } of store.tagsOf(devices)) {
        const held = found.get(device);
        if (held === undefined) found.set(device, [tag]);
        else if (!held.includes(tag)) held.push(tag);
      }
      return found;
    },
    tagCounts: store.tagCounts,
    addTag,
    removeTag,
    noteTagChange: ({ tag, added, devices }) => {
      const id = Buffer.from(randomBytes(10)).toString('hex');
      const at = clock();
      store.noteTagChange({ id, tag, added: Number(added), devices: JSON.stringify(devices) }, at, at - dayMs);
      return id;
    },
    trimTagChanges: () => store.dropTagChanges(clock() - dayMs),
    undoTagChange: (actor, id) =>
      transact(() => {
        const scope = scopeOf(actor, 'devices:write');
        const noted = store.takeTagChange(id);
        const named = noted === undefined ? [] : (JSON.parse(noted.devices) as string[]);
        // Another's change of devices out of reach is none here; it is taken back with all of it or not at all.
        if (noted === undefined || (!scope.site && store.reached(named, scope).length < named.length))
          throw new AppError('NOT_FOUND', 'there is nothing to take back');
        const added = noted.added === 1;
        const changed = (added ? removeTag : addTag)(actor, noted.tag, named);
        return { tag: noted.tag, added, devices: changed.length };
      }),
  };
};
