import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'account-reset-at-console',
  severity: 'critical',
  area: 'accounts',
  params: { account: 'text' },
  audit: true,
  retentionDays: 3650,
});
