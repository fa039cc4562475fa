import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'backup-created',
  severity: 'info',
  area: 'settings',
  params: { file: 'text', bytes: 'integer' },
  audit: true,
  retentionDays: 365,
});
