import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'one-time-link-made',
  severity: 'info',
  area: 'accounts',
  params: { account: 'text' },
  audit: true,
  retentionDays: 365,
});
