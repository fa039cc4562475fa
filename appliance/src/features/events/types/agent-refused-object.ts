import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'agent-refused-object',
  severity: 'critical',
  area: 'devices',
  params: { object: 'text', code: 'text', reason: 'text' },
  retentionDays: 365,
});
