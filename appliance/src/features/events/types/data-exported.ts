import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'data-exported',
  severity: 'info',
  area: 'provision',
  params: { what: 'text', rows: 'integer' },
  audit: true,
  retentionDays: 365,
});
