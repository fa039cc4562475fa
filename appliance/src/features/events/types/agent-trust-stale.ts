import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'agent-trust-stale',
  severity: 'warning',
  area: 'exchange',
  params: { role: 'text', expired: 'text' },
  retentionDays: 90,
});
