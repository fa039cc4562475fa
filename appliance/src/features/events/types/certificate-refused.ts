import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'certificate-refused',
  severity: 'warning',
  area: 'devices',
  params: { reason: 'text' },
  retentionDays: 180,
});
