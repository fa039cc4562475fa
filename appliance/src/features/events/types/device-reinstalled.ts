import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'device-reinstalled',
  severity: 'info',
  area: 'devices',
  params: { device: 'text', address: 'text' },
  retentionDays: 3650,
});
