import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'query-read',
  severity: 'info',
  area: 'queries',
  params: { query: 'text' },
  audit: true,
  retentionDays: 365,
});
