import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'agent-refused',
  severity: 'warning',
  area: 'devices',
  params: { reason: 'text', address: 'text' },
  retentionDays: 365,
});
