import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'device-pending',
  severity: 'info',
  area: 'devices',
  params: { device: 'text', address: 'text' },
  retentionDays: 365,
});
