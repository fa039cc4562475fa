import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'server-stopped',
  severity: 'info',
  area: 'settings',
  params: {},
  retentionDays: 180,
});
