import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'range-scan-ended',
  severity: 'warning',
  area: 'devices',
  params: { range: 'text', code: 'text', reason: 'text' },
  retentionDays: 365,
});
