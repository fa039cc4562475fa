import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'plc-returned',
  severity: 'info',
  area: 'devices',
  params: { plc: 'text' },
  retentionDays: 3650,
});
