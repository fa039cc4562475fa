import { defineEvents } from '../../engine/events/types.ts';

export const ruleEvents = defineEvents({
  'device-moved': {
    severity: 'info',
    bound: 'device',
    area: 'devices',
    params: { device: 'text', rule: 'text', group: 'text' },
    device: 'always',
    retentionDays: 730,
  },
});
