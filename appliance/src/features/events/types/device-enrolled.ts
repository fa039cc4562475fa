import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'device-enrolled',
  severity: 'info',
  area: 'devices',
  params: { device: 'text' },
  retentionDays: 3650,
});
