import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'agent-spool-dropped',
  severity: 'warning',
  area: 'devices',
  params: { count: 'integer' },
  retentionDays: 90,
});
