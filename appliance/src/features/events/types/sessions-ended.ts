import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'sessions-ended',
  severity: 'info',
  area: 'accounts',
  params: { account: 'text', count: 'integer' },
  audit: true,
  retentionDays: 365,
});
