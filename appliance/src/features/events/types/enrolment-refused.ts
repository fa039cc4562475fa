import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'enrolment-refused',
  severity: 'warning',
  area: 'devices',
  params: { reason: 'text' },
  retentionDays: 180,
});
