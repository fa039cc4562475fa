import { defineEvent } from '../types.ts';

/** An accepted risk or a mitigation holds findings of controllers back. */
export const eventType = defineEvent({
  type: 'controller-findings-held',
  severity: 'info',
  area: 'vulnerabilities',
  params: { name: 'text', until: 'time', findings: 'integer' },
  audit: true,
  retentionDays: 1_095,
});
