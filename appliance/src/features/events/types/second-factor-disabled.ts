import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'second-factor-disabled',
  severity: 'warning',
  area: 'accounts',
  params: { account: 'text' },
  audit: true,
  retentionDays: 365,
});
