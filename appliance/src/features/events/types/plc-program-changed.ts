import { defineEvent } from '../types.ts';

/** The program of a controller is not the approved one any more. */
export const eventType = defineEvent({
  type: 'plc-program-changed',
  severity: 'critical',
  area: 'devices',
  params: { controller: 'text', what: 'text' },
  audit: true,
  retentionDays: 3_650,
});
