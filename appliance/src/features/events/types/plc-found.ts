import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'plc-found',
  severity: 'warning',
  area: 'devices',
  params: { plc: 'text', address: 'text' },
  retentionDays: 3650,
});
