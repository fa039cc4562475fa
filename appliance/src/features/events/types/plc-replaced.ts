import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'plc-replaced',
  severity: 'warning',
  area: 'devices',
  params: { plc: 'text', other: 'text', address: 'text' },
  audit: true,
  retentionDays: 3650,
});
