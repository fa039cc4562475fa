import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'identification-stopped',
  severity: 'warning',
  area: 'devices',
  params: { job: 'text', code: 'text', reason: 'text' },
  audit: true,
  retentionDays: 1_095,
});
