import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'identification-zone-released',
  severity: 'warning',
  area: 'devices',
  params: { zone: 'text', reason: 'text' },
  audit: true,
  retentionDays: 1_095,
});
