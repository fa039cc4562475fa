import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'identification-started',
  severity: 'info',
  area: 'devices',
  params: { job: 'text', targets: 'integer', where: 'text' },
  audit: true,
  retentionDays: 1_095,
});
