import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'plc-drift',
  severity: 'warning',
  area: 'devices',
  params: { plc: 'text', field: 'text', configured: 'text', observed: 'text' },
  retentionDays: 3650,
});
