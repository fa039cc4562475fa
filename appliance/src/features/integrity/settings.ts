import { defineSettings } from '../../engine/objects/types.ts';

export const integritySettings = defineSettings({
  'integrity.read-days': {
    type: 'integer',
    safety: false,
    default: 35,
    min: 1,
    max: 365,
    area: 'devices',
    unit: 'days',
  },
  'integrity.second-person': {
    onWhereTwo: 'devices:write',
    type: 'boolean',
    safety: true,
    default: false,
    area: 'devices',
  },
});
