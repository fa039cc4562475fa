import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'token-refused',
  severity: 'warning',
  area: 'accounts',
  params: { reason: 'text', count: 'integer' },
  audit: true,
  retentionDays: 180,
});
