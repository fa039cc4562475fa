import type { ObjectService } from '../../engine/objects/service.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { ControllerService } from '../controllers/service.ts';
import type { PatchService } from '../patches/service.ts';
import type { HeldParts } from './held-store.ts';

/** What holds findings back, as the patch process has it. It is made after the findings, so it is asked for late. */
export function measuresIn(parts: {
  patches: () => Pick<PatchService, 'measures'>;
  controllers: Pick<ControllerService, 'byId'>;
  objects: Pick<ObjectService, 'find'>;
}): Pick<HeldParts, 'holding' | 'publicId' | 'zoneNames'> {
  const { patches, controllers, objects } = parts;
  return {
    holding: () => patches().measures.holding(),
    publicId: (controller) => controllers.byId(controller, wholeSite('job'))?.publicId ?? '',
    zoneNames: (zone) => {
      const name = objects.find('controller-zone', zone)?.body['name'];
      return typeof name === 'string' ? [name] : [];
    },
  };
}
