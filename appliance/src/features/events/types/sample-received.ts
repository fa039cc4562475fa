import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'sample-received',
  severity: 'warning',
  area: 'queries',
  params: { sample: 'text', sha256: 'text', bytes: 'integer' },
  audit: true,
  retentionDays: 3650,
});
