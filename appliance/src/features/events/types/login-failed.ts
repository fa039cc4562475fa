import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'login-failed',
  severity: 'warning',
  area: 'accounts',
  params: { account: 'text', reason: 'text', count: 'integer' },
  audit: true,
  retentionDays: 365,
});
