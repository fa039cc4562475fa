import type { ObjectService } from '../../engine/objects/service.ts';
import type { Body } from '../../engine/objects/types.ts';
import { effectivePolicy, type PolicyWord } from './policy.ts';
import { deviceWord, zoneWord } from './policy-of.ts';
import type { IdentificationStore } from './store.ts';
import { type ControllerView, type EffectivePolicy, LEVELS, type Level } from './types.ts';

export const zoneKind = 'controller-zone';
export const devicePolicyKind = 'controller-query-policy';
export const siteSetting = 'devices.controller-identification';

/** What a zone, or the controller's own policy, was at another time; undefined: not there. */
type Bodies = { zone?: Body | undefined; own?: Body | undefined };

/** With `then`, what would hold with these in place of the present ones. */
export type PolicyOf = (
  controller: ControllerView,
  then?: Bodies,
) => {
  policy: EffectivePolicy;
  zoneName: string;
  /** An anomaly ended everything in its zone. */
  isHalted: boolean;
  isSafety: boolean;
};

const open: PolicyWord = {
  level: 'details',
  switches: {},
  gapMs: 0,
  hours: { days: [], from: undefined, until: undefined },
};

/** The controller's own word: what people entered into its record and what its policy says, the stricter of both. */
const ownWord = (entered: string | null, body: Body | undefined): PolicyWord | undefined => {
  if (entered === null && body === undefined) return undefined;
  const word = body === undefined ? open : deviceWord(body);
  const level: Level = entered === null ? word.level : (LEVELS.find((one) => one === entered) ?? 'never');
  return LEVELS.indexOf(level) < LEVELS.indexOf(word.level) ? { ...word, level } : word;
};

/** Effective policies at present. */
export const policies = (parts: { objects: ObjectService; store: IdentificationStore }): PolicyOf => {
  const { objects, store } = parts;
  return (controller, then = {}) => {
    const zone =
      'zone' in then ? then.zone : controller.zone === null ? undefined : objects.find(zoneKind, controller.zone)?.body;
    const own = 'own' in then ? then.own : objects.find(devicePolicyKind, controller.publicId)?.body;
    const isSafety = controller.isSafety || controller.role === 'safety-controller' || zone?.['safety'] === true;
    const [by, reason] = [own?.['safetyBy'], own?.['safetyReason']];
    return {
      policy: effectivePolicy({
        siteOn: objects.setting(siteSetting),
        zone: zone === undefined ? undefined : zoneWord(zone),
        device: ownWord(controller.queryPolicy, own),
        isSafety,
        override: typeof by === 'string' && typeof reason === 'string' ? { by, reason } : undefined,
      }),
      zoneName: String(zone?.['name'] ?? ''),
      isSafety,
      isHalted: controller.zone !== null && store.halt(controller.zone) !== undefined,
    };
  };
};
