import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'device-discovered',
  severity: 'info',
  area: 'devices',
  params: { device: 'text', method: 'text' },
  retentionDays: 365,
});
