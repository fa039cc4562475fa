import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'plc-decided',
  severity: 'info',
  area: 'devices',
  params: { plc: 'text', decision: 'text' },
  audit: true,
  retentionDays: 3650,
});
