import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'plc-origin-undone',
  severity: 'warning',
  area: 'devices',
  params: { origin: 'integer', name: 'text', facts: 'integer', removed: 'integer' },
  audit: true,
  retentionDays: 3650,
});
