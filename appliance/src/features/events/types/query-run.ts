import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'query-run',
  severity: 'info',
  area: 'queries',
  params: { query: 'text', sql: 'text', devices: 'integer' },
  audit: true,
  retentionDays: 3650,
});
