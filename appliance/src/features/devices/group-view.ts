import type { ObjectService } from '../../engine/objects/service.ts';
import type { Scope } from '../../platform/scope.ts';
import { type DeviceFilters, type DeviceQueries, maxGroups } from './types.ts';

/** A group with its place in the tree; `devices` are those in it, `below` those in it and under it. */
type GroupRow = {
  id: string;
  name: string;
  /** Null: none in reach. */
  parent: string | null;
  /** 1 at the top of what is in reach. */
  level: number;
  devices: number;
  below: number;
};

type Parts = {
  objects: Pick<ObjectService, 'list'>;
  deviceFilters: Pick<DeviceFilters, 'groupsIn'>;
  deviceQueries: Pick<DeviceQueries, 'perGroup'>;
};

/** The groups in reach from the top down, each behind the one that it is under, by name. */
export function groupRows({ objects, deviceFilters, deviceQueries }: Parts, scope: Scope): GroupRow[] {
  const inReach = deviceFilters.groupsIn(scope);
  const counts = deviceQueries.perGroup(scope);
  const groups = objects
    .list({ kind: 'group', limit: maxGroups, sort: 'name' })
    .rows.filter(({ id }) => inReach?.has(id) !== false)
    .map(({ id, body: { name, parent } }) => ({
      id,
      name,
      parent: parent !== undefined && parent !== null && inReach?.has(parent) !== false ? parent : null,
    }));
  const children = Map.groupBy(groups, ({ parent }) => parent);
  const rowsUnder = (parent: string | null, level: number): GroupRow[] =>
    (children.get(parent) ?? []).flatMap((group) => {
      const under = rowsUnder(group.id, level + 1);
      const devices = counts.get(group.id) ?? 0;
      const below = under.reduce((sum, row) => sum + row.devices, devices);
      return [{ ...group, level, devices, below }, ...under];
    });
  return rowsUnder(null, 1);
}
