import { defineSettings } from '../types.ts';

export const settings = defineSettings([
  { name: 'integrity.read-days', type: 'integer', default: 35, min: 1, max: 365, area: 'devices', unit: 'days' },
  { name: 'integrity.second-person', type: 'boolean', default: false, area: 'devices' },
]);
