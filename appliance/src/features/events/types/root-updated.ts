import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'root-updated',
  severity: 'warning',
  area: 'exchange',
  params: { rootVersion: 'integer' },
  audit: true,
  retentionDays: 3650,
});
