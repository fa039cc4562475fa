import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'devices-expired',
  severity: 'info',
  area: 'devices',
  params: { count: 'integer', names: 'text' },
  retentionDays: 365,
});
