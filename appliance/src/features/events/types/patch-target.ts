import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'patch-target',
  severity: 'info',
  area: 'devices',
  params: { patch: 'integer', name: 'text', plc: 'text', change: 'text' },
  audit: true,
  retentionDays: 1_095,
});
