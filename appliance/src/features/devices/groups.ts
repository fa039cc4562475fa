import type { ObjectService } from '../../engine/objects/service.ts';
import { fold } from '../../platform/sql-functions.ts';
import { type GroupTree, maxGroups } from './types.ts';

/** The tree of groups as it is now, or the part of it that is in reach. */
export const groupTree = (objects: ObjectService, inReach?: ReadonlySet<string>): GroupTree => {
  const groups = new Map(
    objects
      .list({ kind: 'group', limit: maxGroups, sort: 'id' })
      .rows.filter(({ id }) => inReach?.has(id) !== false)
      .map(({ id, body }) => [
        id,
        { name: String(body['name'] ?? id), parent: typeof body['parent'] === 'string' ? body['parent'] : undefined },
      ]),
  );
  const children = new Map<string, string[]>();
  for (const [id, { parent }] of groups)
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), id]);
  // A circle of groups, which nothing writes, has an end.
  const below = (id: string): string[] => {
    const found = new Set([id]);
    for (const group of found) for (const child of children.get(group) ?? []) found.add(child);
    return [...found];
  };
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
      for (
        let at: string | undefined = id;
        at !== undefined && groups.has(at) && !path.includes(at);
        at = groups.get(at)?.parent
      )
        path.unshift(at);
      return path;
    },
    below,
    named: (text) => [...groups].flatMap(([id, { name }]) => (fold(name).includes(fold(text)) ? below(id) : [])),
  };
};
