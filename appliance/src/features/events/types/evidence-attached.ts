import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'evidence-attached',
  severity: 'info',
  area: 'devices',
  params: { sha256: 'text', bytes: 'integer' },
  audit: true,
  retentionDays: 1_095,
});
