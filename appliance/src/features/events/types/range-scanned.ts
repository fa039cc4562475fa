import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'range-scanned',
  severity: 'info',
  area: 'devices',
  params: { range: 'text', asked: 'integer', probes: 'integer', found: 'integer', created: 'integer' },
  audit: true,
  retentionDays: 3650,
});
