import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'directory-polled',
  severity: 'info',
  area: 'devices',
  params: { directory: 'text', users: 'integer', groups: 'integer', computers: 'integer', changes: 'integer' },
  retentionDays: 365,
});
