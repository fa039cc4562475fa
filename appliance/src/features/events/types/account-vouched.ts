import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'account-vouched',
  severity: 'info',
  area: 'accounts',
  params: { account: 'text' },
  audit: true,
  retentionDays: 3650,
});
