import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'receipts-exported',
  severity: 'info',
  area: 'exchange',
  params: { first: 'integer', last: 'integer' },
  audit: true,
  retentionDays: 3650,
});
