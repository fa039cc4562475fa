import { defineEvents } from '../../engine/events/types.ts';

export const ruleEvents = defineEvents(
  { area: 'devices', bound: 'device', device: 'always', retentionDays: 730 },
  {
    'device-moved': { severity: 'info', params: { device: 'text', rule: 'text', group: 'text' } },
  },
);
