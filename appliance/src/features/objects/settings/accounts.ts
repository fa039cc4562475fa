import { defineSettings } from '../types.ts';

export const settings = defineSettings([
  { name: 'accounts.session-hours', type: 'integer', default: 12, min: 1, max: 168, area: 'accounts', unit: 'hours' },
  {
    name: 'accounts.idle-minutes',
    type: 'integer',
    default: 30,
    min: 1,
    max: 1_440,
    area: 'accounts',
    unit: 'minutes',
  },
  { name: 'accounts.password-min-length', type: 'integer', default: 12, min: 8, max: 128, area: 'accounts' },
  { name: 'accounts.erase-second-person', type: 'boolean', default: false, area: 'accounts' },
  { name: 'accounts.vouch-days', type: 'integer', default: 7, min: 1, max: 90, area: 'accounts', unit: 'days' },
  { name: 'accounts.require-two-step', type: 'boolean', default: false, area: 'accounts' },
]);
