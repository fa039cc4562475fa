import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'task-failed',
  severity: 'failure',
  area: 'deployments',
  params: { deployment: 'text', update: 'text', code: 'text' },
  retentionDays: 365,
});
