import { defineEvent } from '../types.ts';

/** Said once, some days before a mitigation or an acceptance ends. */
export const eventType = defineEvent({
  type: 'measure-ends',
  severity: 'warning',
  area: 'devices',
  params: { name: 'text', until: 'time' },
  retentionDays: 1_095,
});
