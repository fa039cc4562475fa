import { defineSettings } from '../../engine/objects/types.ts';

/** Patches of controllers: three clocks of 35 days each unless the site says otherwise (OT 6). */
export const patchSettings = defineSettings({
  'patches.received-days': {
    type: 'integer',
    safety: false,
    default: 35,
    min: 1,
    max: 3_650,
    area: 'updates',
    unit: 'days',
  },
  'patches.evaluated-days': {
    type: 'integer',
    safety: false,
    default: 35,
    min: 1,
    max: 3_650,
    area: 'updates',
    unit: 'days',
  },
  'patches.due-days': {
    type: 'integer',
    safety: false,
    default: 35,
    min: 1,
    max: 3_650,
    area: 'updates',
    unit: 'days',
  },
  'patches.vendor-first': { type: 'boolean', safety: true, default: true, area: 'updates' },
});
