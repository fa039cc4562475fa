import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'query-stopped',
  severity: 'info',
  area: 'queries',
  params: { query: 'text' },
  audit: true,
  retentionDays: 3650,
});
