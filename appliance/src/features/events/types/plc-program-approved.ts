import { defineEvent } from '../types.ts';

/** Somebody approved what a controller holds as its program. */
export const eventType = defineEvent({
  type: 'plc-program-approved',
  severity: 'info',
  area: 'devices',
  params: { controller: 'text', revision: 'integer' },
  audit: true,
  retentionDays: 3_650,
});
