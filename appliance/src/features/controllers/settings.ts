import { defineSettings } from '../../engine/objects/types.ts';

export const controllerSettings = defineSettings({
  'controllers.idle-days': {
    type: 'integer',
    safety: false,
    default: 30,
    min: 1,
    max: 3_650,
    area: 'controllers',
    unit: 'days',
  },
  'controllers.unchanged-days': {
    type: 'integer',
    safety: false,
    default: 30,
    min: 1,
    max: 3_650,
    area: 'controllers',
    unit: 'days',
  },
});
