import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'sample-read',
  severity: 'warning',
  area: 'queries',
  params: { sample: 'text' },
  audit: true,
  retentionDays: 3650,
});
