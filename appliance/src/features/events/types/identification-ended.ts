import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'identification-ended',
  severity: 'info',
  area: 'devices',
  params: { job: 'text', targets: 'integer', packets: 'integer', read: 'integer' },
  audit: true,
  retentionDays: 1_095,
});
