import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'disk-low',
  severity: 'warning',
  area: 'settings',
  params: { freeBytes: 'integer' },
  retentionDays: 90,
});
