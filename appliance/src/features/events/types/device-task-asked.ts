import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'device-task-asked',
  severity: 'warning',
  area: 'devices',
  params: { task: 'text', kind: 'text' },
  audit: true,
  retentionDays: 3650,
});
