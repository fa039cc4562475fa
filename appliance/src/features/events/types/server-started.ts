import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'server-started',
  severity: 'info',
  area: 'settings',
  params: { version: 'text' },
  audit: true,
  retentionDays: 180,
});
