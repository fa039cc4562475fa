import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'device-certificate-renewed',
  severity: 'info',
  area: 'devices',
  params: { serial: 'text' },
  retentionDays: 180,
});
