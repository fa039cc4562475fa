import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'second-factor-enabled',
  severity: 'info',
  area: 'accounts',
  params: { account: 'text' },
  audit: true,
  retentionDays: 365,
});
