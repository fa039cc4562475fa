import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'devices-distinct',
  severity: 'info',
  area: 'devices',
  params: { device: 'text', other: 'text' },
  audit: true,
  retentionDays: 3650,
});
