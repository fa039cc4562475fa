import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'disk-full',
  severity: 'critical',
  area: 'settings',
  params: { needBytes: 'integer', freeBytes: 'integer' },
  retentionDays: 365,
});
