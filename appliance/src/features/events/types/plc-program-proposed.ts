import { defineEvent } from '../types.ts';

/** Somebody proposed a program; a second person is to approve it. */
export const eventType = defineEvent({
  type: 'plc-program-proposed',
  severity: 'info',
  area: 'devices',
  params: { controller: 'text' },

  retentionDays: 3_650,
});
