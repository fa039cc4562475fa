import { defineSettings } from '../types.ts';

/** Patches of controllers: three clocks of 35 days each unless the site says otherwise (OT 6). */
export const settings = defineSettings([
  {
    name: 'patches.received-days',
    type: 'integer',
    safety: false,
    default: 35,
    min: 1,
    max: 3_650,
    area: 'updates',
    unit: 'days',
  },
  {
    name: 'patches.evaluated-days',
    type: 'integer',
    safety: false,
    default: 35,
    min: 1,
    max: 3_650,
    area: 'updates',
    unit: 'days',
  },
  {
    name: 'patches.due-days',
    type: 'integer',
    safety: false,
    default: 35,
    min: 1,
    max: 3_650,
    area: 'updates',
    unit: 'days',
  },
  { name: 'patches.vendor-first', type: 'boolean', safety: true, default: true, area: 'updates' },
]);
