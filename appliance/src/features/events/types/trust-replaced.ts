import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'trust-replaced',
  severity: 'critical',
  area: 'exchange',
  params: { before: 'text', reason: 'text' },
  audit: true,
  retentionDays: 3650,
});
