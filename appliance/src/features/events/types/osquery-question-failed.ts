import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'osquery-question-failed',
  severity: 'warning',
  area: 'devices',
  params: { question: 'text', state: 'text' },
  retentionDays: 180,
});
