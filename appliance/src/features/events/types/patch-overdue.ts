import { defineEvent } from '../types.ts';

/** Said once for each clock that is past its end. */
export const eventType = defineEvent({
  type: 'patch-overdue',
  severity: 'warning',
  area: 'devices',
  params: { patch: 'integer', name: 'text', clock: 'text' },
  retentionDays: 1_095,
});
