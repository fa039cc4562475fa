import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'device-moved',
  severity: 'info',
  area: 'devices',
  params: { device: 'text', rule: 'text', group: 'text' },
  retentionDays: 730,
});
