import type { ObjectService } from '../../engine/objects/service.ts';
import { fold } from '../../platform/sql-functions.ts';

export type GroupTree = {
  /** The id of a group by its id or its name; undefined when there is none or several have the name. */
  find(text: string): string | undefined;
  name(id: string): string;
  /** From the top down to the group itself. */
  pathTo(id: string): string[];
  /** The group and all below it. */
  below(id: string): string[];
  /** The groups with a text in their names, whatever the case, and all below them. */
  named(text: string): string[];
};

const maxGroups = 10_000;

/** The tree of groups as it is now. */
export const groupTree = (objects: ObjectService): GroupTree => {
  const groups = new Map(
    objects
      .list({ kind: 'group', limit: maxGroups, sort: 'id' })
      .rows.map(({ id, body }) => [
        id,
        { name: String(body['name'] ?? id), parent: typeof body['parent'] === 'string' ? body['parent'] : undefined },
      ]),
  );
  const children = new Map<string, string[]>();
  for (const [id, { parent }] of groups)
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), id]);
  const below = (id: string): string[] => [id, ...(children.get(id) ?? []).flatMap(below)];
  return {
    find: (text) => {
      if (groups.has(text)) return text;
      const [only, other] = [...groups].filter(([, { name }]) => name === text);
      return other === undefined ? only?.[0] : undefined;
    },
    name: (id) => {
      const group = groups.get(id);
      if (group === undefined) return id;
      const alike = [...groups.values()].filter(({ name }) => name === group.name).length;
      return alike === 1 ? group.name : id;
    },
    pathTo: (id) => {
      const path: string[] = [];
      for (let at: string | undefined = id; at !== undefined && groups.has(at); at = groups.get(at)?.parent)
        path.unshift(at);
      return path;
    },
    below,
    named: (text) => [...groups].flatMap(([id, { name }]) => (fold(name).includes(fold(text)) ? below(id) : [])),
  };
};
