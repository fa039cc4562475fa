import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'login-locked',
  severity: 'warning',
  area: 'accounts',
  params: { account: 'text' },
  audit: true,
  retentionDays: 365,
});
