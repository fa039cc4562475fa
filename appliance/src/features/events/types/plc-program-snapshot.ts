import { defineEvent } from '../types.ts';

/** The state of a program was kept before or after work. */
export const eventType = defineEvent({
  type: 'plc-program-snapshot',
  severity: 'info',
  area: 'devices',
  params: { controller: 'text', moment: 'text', workOrder: 'text' },

  retentionDays: 3_650,
});
