import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'plc-drift-ended',
  severity: 'info',
  area: 'devices',
  params: { plc: 'text' },
  retentionDays: 3650,
});
