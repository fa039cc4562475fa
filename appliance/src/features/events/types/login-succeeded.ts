import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'login-succeeded',
  severity: 'info',
  area: 'accounts',
  params: { account: 'text' },
  audit: true,
  retentionDays: 365,
});
