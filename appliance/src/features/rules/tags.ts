import type { ObjectService } from '../objects/service.ts';
import { type Actor, requireRight } from '../objects/types.ts';
import type { RuleSet } from './rule-set.ts';
import type { RuleStore } from './store.ts';

export type DeviceTag = {
  tag: string;
  /** Given by a person. */
  byHand: boolean;
  /** The rules that give it. */
  rules: Array<{ id: string; name: string }>;
};

export type TagService = {
  tagsOf(device: number): DeviceTag[];
  /** Of many at once, sorted by tag. */
  tagsOfAll(devices: readonly number[]): Map<number, string[]>;
  /** Every tag in use. */
  tagCounts(): Array<{ tag: string; devices: number }>;
  /** Gives a tag by hand; returns those that did not have it by hand before, by public id. */
  addTag(actor: Actor, tag: string, devices: readonly string[], comment?: string): string[];
  /** Takes a tag that people gave; returns those that had it. What rules give stays. */
  removeTag(actor: Actor, tag: string, devices: readonly string[], comment?: string): string[];
};

export type TagParts = {
  store: RuleStore;
  objects: ObjectService;
  rules: () => RuleSet;
  transact: <T>(work: () => T) => T;
};

/** Tags of devices: by hand as part of what people say about a device, by rule as derived. */
export const tagService = ({ store, objects, rules, transact }: TagParts): TagService => {
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
    requireRight(actor, 'devices:write');
    return transact(() =>
      devices.filter((device) => {
        const tags = next(handTags(device));
        if (tags === undefined) return false;
        objects.put(
          actor,
          'device-decision',
          device,
          { tags: tags.length === 0 ? null : tags.sort() },
          comment === undefined ? {} : { comment },
        );
        return true;
      }),
    );
  };

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
    addTag: (actor, tag, devices, comment) =>
      change(actor, devices, (tags) => (tags.includes(tag) ? undefined : [...tags, tag]), comment),
    removeTag: (actor, tag, devices, comment) =>
      change(actor, devices, (tags) => (tags.includes(tag) ? tags.filter((one) => one !== tag) : undefined), comment),
  };
};
