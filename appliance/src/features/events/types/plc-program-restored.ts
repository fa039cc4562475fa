import { defineEvent } from '../types.ts';

/** The program of a controller is the approved one again. */
export const eventType = defineEvent({
  type: 'plc-program-restored',
  severity: 'info',
  area: 'devices',
  params: { controller: 'text' },

  retentionDays: 3_650,
});
