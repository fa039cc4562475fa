import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'request-exported',
  severity: 'info',
  area: 'exchange',
  params: { number: 'integer', requestId: 'text', bytes: 'integer', medium: 'text' },
  audit: true,
  retentionDays: 3650,
});
