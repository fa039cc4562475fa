import { paths } from '@sallyport/ui/paths';
import { wholeSite } from '../../platform/scope.ts';
import type { Look, WorkKind, WorkPlace } from '../worklist/types.ts';
import type { ZoneService } from '../zones/service.ts';
import type { Zone } from '../zones/types.ts';
import type { IntegrityService, ProgramState } from './types.ts';

/** How important a zone is: safety and the levels next to the process come first. */
const placeOf = (zone: Pick<Zone, 'level' | 'safety'>): WorkPlace =>
  zone.safety || zone.level === '0' || zone.level === '1' ? 'low' : zone.level === '2' ? 'middle' : 'high';

/** Programs of controllers that are not the approved ones, or of which that cannot be told. */
export const programWork = (parts: {
  integrity: Pick<IntegrityService, 'list' | 'counts'>;
  zones: Pick<ZoneService, 'zones'>;
}): WorkKind[] => {
  const all = (state: ProgramState, look: Look) => {
    const targets = look(parts.integrity.counts, wholeSite('figures'))[state];
    return targets === 0
      ? []
      : [{ key: 'all', params: { n: targets }, targets, path: paths.controllerIntegrity({ state }) }];
  };
  return [
    {
      name: 'program-changed',
      sees: 'controllers:read',
      does: 'controllers:write',
      find: () => {
        const zones = new Map(parts.zones.zones(wholeSite('figures')).map((zone) => [zone.id, zone]));
        return parts.integrity
          .list({ state: ['changed'] }, wholeSite('figures'))
          .map(({ publicId, name, zone, since, differences }) => {
            const inZone = zone === null ? undefined : zones.get(zone);
            return {
              key: publicId,
              params: { name, n: differences.length },
              level: 'critical',
              targets: 1,
              since,
              path: paths.controllerProgram(publicId),
              ...(inZone === undefined ? {} : { place: placeOf(inZone) }),
            };
          });
      },
    },
    {
      name: 'program-unread',
      sees: 'controllers:read',
      does: 'controllers:write',
      find: (_reader, look) => all('unreachable', look).map((item) => ({ ...item, level: 'warning' })),
    },
    {
      name: 'program-unapproved',
      sees: 'controllers:read',
      does: 'controllers:write',
      find: (_reader, look) => all('no-reference', look).map((item) => ({ ...item, level: 'info' })),
    },
  ];
};
