import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'connection-forbidden',
  severity: 'failure',
  area: 'devices',
  params: { purpose: 'text', host: 'text', port: 'integer', address: 'text', because: 'text' },
  audit: true,
  retentionDays: 3650,
});
