import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'risk-accepted',
  severity: 'warning',
  area: 'devices',
  params: { name: 'text', vulnerability: 'text', until: 'time' },
  audit: true,
  retentionDays: 1_095,
});
