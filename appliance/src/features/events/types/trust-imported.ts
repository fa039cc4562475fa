import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'trust-imported',
  severity: 'info',
  area: 'exchange',
  params: { rootVersion: 'integer', fingerprint: 'text' },
  audit: true,
  retentionDays: 3650,
});
