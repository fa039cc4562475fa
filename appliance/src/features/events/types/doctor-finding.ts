import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'doctor-finding',
  severity: 'failure',
  area: 'settings',
  params: { check: 'text', detail: 'text' },
  retentionDays: 180,
});
