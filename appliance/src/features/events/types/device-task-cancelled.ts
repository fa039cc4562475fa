import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'device-task-cancelled',
  severity: 'info',
  area: 'devices',
  params: { task: 'text', kind: 'text' },
  audit: true,
  retentionDays: 3650,
});
