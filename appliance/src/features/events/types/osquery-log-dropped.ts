import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'osquery-log-dropped',
  severity: 'warning',
  area: 'devices',
  params: { bytes: 'integer' },
  retentionDays: 180,
});
