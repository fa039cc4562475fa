import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'directory-imported',
  severity: 'info',
  area: 'devices',
  params: { directory: 'text', users: 'integer', groups: 'integer', computers: 'integer', changes: 'integer' },
  audit: true,
  retentionDays: 3650,
});
