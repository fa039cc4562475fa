import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'identification-approved',
  severity: 'info',
  area: 'devices',
  params: { job: 'text', digest: 'text', persons: 'text', targets: 'integer', packets: 'integer' },
  audit: true,
  retentionDays: 1_095,
});
