import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'device-task-ended',
  severity: 'info',
  area: 'devices',
  params: { task: 'text', kind: 'text', state: 'text' },
  retentionDays: 3650,
});
