import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'backup-restored',
  severity: 'warning',
  area: 'settings',
  params: { file: 'text' },
  audit: true,
  retentionDays: 3650,
});
