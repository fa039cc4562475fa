import { defineEvent } from '../types.ts';

/** From now on the findings that it held back are shown again. */
export const eventType = defineEvent({
  type: 'measure-over',
  severity: 'warning',
  area: 'devices',
  params: { name: 'text', until: 'time' },
  audit: true,
  retentionDays: 1_095,
});
