import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'plc-origin-taken',
  severity: 'info',
  area: 'devices',
  params: { origin: 'integer', name: 'text', sort: 'text', created: 'integer', changed: 'integer', facts: 'integer' },
  audit: true,
  retentionDays: 3650,
});
