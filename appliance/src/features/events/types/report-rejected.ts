import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'report-rejected',
  severity: 'warning',
  area: 'devices',
  params: { door: 'text', code: 'text' },
  retentionDays: 90,
});
