import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'carve-refused',
  severity: 'warning',
  area: 'queries',
  params: { reason: 'text' },
  retentionDays: 180,
});
