import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'device-merged',
  severity: 'info',
  area: 'devices',
  params: { device: 'text', other: 'text', merge: 'integer' },
  audit: true,
  retentionDays: 3650,
});
