import { defineEvent } from '../types.ts';

/** Deviations that work was ordered for, under the number that another system gave. */
export const eventType = defineEvent({
  type: 'deviation-work-order',
  severity: 'info',
  area: 'devices',
  params: { order: 'text', n: 'integer' },
  audit: true,
  retentionDays: 1_095,
});
