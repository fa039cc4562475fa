import { defineSettings } from '../objects/types.ts';

export const eventSettings = defineSettings({
  'events.max-rows': {
    type: 'integer',
    safety: true,
    default: 1_000_000,
    min: 1_000,
    max: 100_000_000,
    area: 'events',
  },
});
