import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'store-mismatch',
  severity: 'critical',
  area: 'settings',
  params: { sha256: 'text', problem: 'text' },
  retentionDays: 365,
});
