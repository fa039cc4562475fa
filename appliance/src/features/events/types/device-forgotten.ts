import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'device-forgotten',
  severity: 'info',
  area: 'devices',
  params: { device: 'text', name: 'text' },
  audit: true,
  retentionDays: 3650,
});
