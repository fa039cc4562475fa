import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'password-changed',
  severity: 'info',
  area: 'accounts',
  params: { account: 'text' },
  audit: true,
  retentionDays: 365,
});
