import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'device-revoked',
  severity: 'warning',
  area: 'devices',
  params: { device: 'text' },
  audit: true,
  retentionDays: 3650,
});
