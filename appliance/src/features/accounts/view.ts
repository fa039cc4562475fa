import { type Body, scopeOf, systemActor } from '../../engine/objects/types.ts';
import type { DeviceList } from '../devices/types.ts';
import { heldByRole } from './rights.ts';

/** How far a role reaches: the site, or so many devices as its groups and those below them have now. */
export function roleReach(list: Pick<DeviceList, 'count'>, role: Body): { site: boolean; devices: number } {
  const { grants } = heldByRole(role);
  const [grant] = grants;
  // The reach is the same whatever the right.
  const scope = scopeOf(
    grant === undefined ? systemActor : { ...systemActor, rights: new Set(), grants },
    grant?.right ?? 'devices:read',
  );
  return { site: scope.site, devices: list.count(undefined, scope) };
}
