import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'update-approved',
  severity: 'info',
  area: 'updates',
  params: { update: 'text' },
  audit: true,
  retentionDays: 3650,
});
