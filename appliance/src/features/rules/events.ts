import { defineEvents } from '../../engine/events/types.ts';

export const ruleEvents = defineEvents(
  { area: 'devices', bound: 'device', device: 'always', retentionDays: 730 },
  {
    'device-moved': { severity: 'info', params: { device: 'text', rule: 'text', group: 'text' } },
    'threat-not-cured': { severity: 'critical', params: { device: 'text' } },
    'protection-off': { severity: 'critical', params: { device: 'text' } },
    'real-time-off': { severity: 'warning', params: { device: 'text' } },
    'product-says': { severity: 'warning', params: { device: 'text' } },
  },
);
