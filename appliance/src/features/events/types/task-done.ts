import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'task-done',
  severity: 'info',
  area: 'deployments',
  params: { deployment: 'text', update: 'text' },
  retentionDays: 180,
});
