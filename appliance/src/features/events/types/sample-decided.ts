import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'sample-decided',
  severity: 'warning',
  area: 'queries',
  params: { sample: 'text', decision: 'text' },
  audit: true,
  retentionDays: 3650,
});
