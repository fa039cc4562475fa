import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'antivirus-failed',
  severity: 'warning',
  area: 'exchange',
  params: { engine: 'text', reason: 'text' },
  audit: true,
  retentionDays: 3650,
});
