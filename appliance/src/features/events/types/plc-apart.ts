import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'plc-apart',
  severity: 'info',
  area: 'devices',
  params: { plc: 'text', other: 'text' },
  audit: true,
  retentionDays: 3650,
});
