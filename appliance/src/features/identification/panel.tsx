import { PolicyPanel } from '@sallyport/ui/identification/policy-panel.tsx';
import type { ObjectService } from '../../engine/objects/service.ts';
import { actorNames } from '../../server/console/records.ts';
import type { ControllerPanel } from '../../server/console/types.ts';
import type { IdentificationService } from './service.ts';
import { policyView } from './view.ts';

/** On the page of a controller: what may be asked of it, each value with whose word it is (OT Q12). */
export const identificationPanel =
  (parts: { identification: IdentificationService; objects: ObjectService }): ControllerPanel =>
  (ctx, shown, scope) => {
    if (shown.state !== 'live') return undefined;
    const { controller, policy, hindrance } = parts.identification.policy(shown.publicId, scope);
    return {
      place: 'side',
      body: <PolicyPanel ctx={ctx} policy={policyView(controller, policy, hindrance, actorNames(parts.objects))} />,
    };
  };
