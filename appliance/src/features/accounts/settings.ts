import { defineSettings } from '../../engine/objects/types.ts';

export const accountSettings = defineSettings({
  'accounts.session-hours': {
    type: 'integer',
    safety: true,
    default: 12,
    min: 1,
    max: 168,
    area: 'accounts',
    unit: 'hours',
  },
  'accounts.idle-minutes': {
    type: 'integer',
    safety: true,
    default: 30,
    min: 1,
    max: 1_440,
    area: 'accounts',
    unit: 'minutes',
  },
  'accounts.password-min-length': { type: 'integer', safety: true, default: 12, min: 8, max: 128, area: 'accounts' },
  'accounts.erase-second-person': {
    onWhereTwo: 'provision:approve',
    type: 'boolean',
    safety: true,
    strict: true,
    default: false,
    area: 'accounts',
  },
  'accounts.vouch-days': { type: 'integer', safety: true, default: 7, min: 1, max: 90, area: 'accounts', unit: 'days' },
  'accounts.require-two-step': { type: 'boolean', safety: true, strict: true, default: false, area: 'accounts' },
});
