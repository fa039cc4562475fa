import { defineSettings } from '../types.ts';

export const settings = defineSettings([
  {
    name: 'devices.check-in-seconds',
    type: 'integer',
    default: 60,
    min: 5,
    max: 86_400,
    area: 'devices',
    unit: 'seconds',
  },
  { name: 'devices.inventory-hours', type: 'integer', default: 24, min: 1, max: 720, area: 'devices', unit: 'hours' },
  { name: 'devices.not-visible-hours', type: 'integer', default: 2, min: 1, max: 720, area: 'devices', unit: 'hours' },
  { name: 'devices.baseline-days', type: 'integer', default: 35, min: 1, max: 365, area: 'devices', unit: 'days' },
  { name: 'devices.idle-record-days', type: 'integer', default: 7, min: 1, max: 3_650, area: 'devices', unit: 'days' },
  { name: 'devices.certificate-days', type: 'integer', default: 90, min: 1, max: 825, area: 'devices', unit: 'days' },
  { name: 'devices.scan-second-person', type: 'boolean', default: true, area: 'devices' },
]);
