import { PolicyPanel } from '@sallyport/ui/components/identification-policy';
import type { IdentificationService } from '../controllers/identify/service.ts';
import type { ObjectService } from '../objects/service.ts';
import { policyView } from './identification-view.ts';
import { actorNames } from './records.ts';
import type { ControllerPanel } from './types.ts';

/** On the page of a controller: what may be asked of it, each value with whose word it is (OT Q12). */
export const identificationPanel =
  (parts: { identification: IdentificationService; objects: ObjectService }): ControllerPanel =>
  (ctx, shown) => {
    if (shown.state !== 'live') return undefined;
    const { controller, policy, hindrance } = parts.identification.policy(shown.publicId);
    return {
      place: 'side',
      body: <PolicyPanel ctx={ctx} policy={policyView(controller, policy, hindrance, actorNames(parts.objects))} />,
    };
  };
