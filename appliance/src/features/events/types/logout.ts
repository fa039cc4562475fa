import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'logout',
  severity: 'info',
  area: 'accounts',
  params: { account: 'text' },
  retentionDays: 180,
});
