import { defineSettings } from '../../engine/objects/types.ts';

export const integritySettings = defineSettings({
  'integrity.read-days': {
    type: 'integer',
    safety: false,
    default: 35,
    min: 1,
    max: 365,
    area: 'controllers',
    unit: 'days',
  },
  'integrity.second-person': {
    onWhereTwo: 'controllers:approve',
    type: 'boolean',
    safety: true,
    strict: true,
    default: false,
    area: 'controllers',
  },
});
