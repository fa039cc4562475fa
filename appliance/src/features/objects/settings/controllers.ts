import { defineSettings } from '../types.ts';

export const settings = defineSettings([
  {
    name: 'controllers.idle-days',
    type: 'integer',
    safety: false,
    default: 30,
    min: 1,
    max: 3_650,
    area: 'devices',
    unit: 'days',
  },
  {
    name: 'controllers.unchanged-days',
    type: 'integer',
    safety: false,
    default: 30,
    min: 1,
    max: 3_650,
    area: 'devices',
    unit: 'days',
  },
]);
