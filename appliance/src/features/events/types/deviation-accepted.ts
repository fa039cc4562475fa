import { defineEvent } from '../types.ts';

/** Who accepted how many deviations of which baseline; its revision has the rest. */
export const eventType = defineEvent({
  type: 'deviation-accepted',
  severity: 'info',
  area: 'devices',
  params: { baseline: 'text', n: 'integer', revision: 'integer' },
  audit: true,
  retentionDays: 1_095,
});
