import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'job-failed',
  severity: 'failure',
  area: 'settings',
  params: { job: 'text', code: 'text', reason: 'text' },
  retentionDays: 180,
});
