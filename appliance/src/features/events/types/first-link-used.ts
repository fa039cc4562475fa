import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'first-link-used',
  severity: 'info',
  area: 'accounts',
  params: { account: 'text' },
  audit: true,
  retentionDays: 365,
});
