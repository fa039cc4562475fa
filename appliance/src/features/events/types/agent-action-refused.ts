import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'agent-action-refused',
  severity: 'failure',
  area: 'deployments',
  params: { task: 'text', code: 'text', detail: 'text' },
  retentionDays: 3650,
});
