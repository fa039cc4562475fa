import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'plc-merged',
  severity: 'info',
  area: 'devices',
  params: { plc: 'text', other: 'text', merge: 'integer' },
  audit: true,
  retentionDays: 3650,
});
