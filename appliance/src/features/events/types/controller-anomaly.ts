import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'controller-anomaly',
  severity: 'critical',
  area: 'devices',
  params: { job: 'text', controller: 'text', zone: 'text', code: 'text', reason: 'text' },
  audit: true,
  retentionDays: 1_095,
});
