import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'device-approved',
  severity: 'info',
  area: 'devices',
  params: { device: 'text' },
  audit: true,
  retentionDays: 3650,
});
