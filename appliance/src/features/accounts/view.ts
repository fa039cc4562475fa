import { type Body, scopeOf, systemActor } from '../../engine/objects/types.ts';
import type { ControllerList } from '../controllers/types.ts';
import type { DeviceList } from '../devices/types.ts';
import type { ZoneService } from '../zones/service.ts';
import { heldByRole } from './rights.ts';

/** What says how many there are in reach. */
export type ReachParts = {
  deviceList: Pick<DeviceList, 'count'>;
  controllerList: Pick<ControllerList, 'count'>;
  zones: Pick<ZoneService, 'zones'>;
};

/** How far a role reaches: the site, or so many devices and controllers as its groups and zones and those below them have now. */
export function roleReach({ deviceList, controllerList, zones }: ReachParts, role: Body) {
  const { grants } = heldByRole(role);
  const [grant] = grants;
  // The reach is the same whatever the right.
  const scope = scopeOf(
    grant === undefined ? systemActor : { ...systemActor, rights: new Set(), grants },
    grant?.right ?? 'devices:read',
  );
  return {
    site: scope.site,
    devices: deviceList.count(undefined, scope),
    zones: zones.zones(scope).length,
    controllers: controllerList.count(undefined, scope),
  };
}
