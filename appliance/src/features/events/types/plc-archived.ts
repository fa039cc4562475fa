import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'plc-archived',
  severity: 'info',
  area: 'devices',
  params: { plc: 'text', days: 'integer' },
  retentionDays: 3650,
});
