import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'connection-denied',
  severity: 'failure',
  area: 'devices',
  params: { purpose: 'text', host: 'text', port: 'integer' },
  audit: true,
  retentionDays: 3650,
});
