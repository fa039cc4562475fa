import { defineSettings } from '../types.ts';

export const settings = defineSettings([
  {
    name: 'integrity.read-days',
    type: 'integer',
    safety: false,
    default: 35,
    min: 1,
    max: 365,
    area: 'devices',
    unit: 'days',
  },
  {
    name: 'integrity.second-person',
    onWhereTwo: 'devices:write',
    type: 'boolean',
    safety: true,
    default: false,
    area: 'devices',
  },
]);
