import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'clock-agreed',
  severity: 'warning',
  area: 'exchange',
  params: { source: 'text', time: 'time', before: 'time', reason: 'text' },
  audit: true,
  retentionDays: 3650,
});
