import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'device-possible-clone',
  severity: 'warning',
  area: 'devices',
  params: { device: 'text', resembles: 'text', reason: 'text' },
  retentionDays: 3650,
});
