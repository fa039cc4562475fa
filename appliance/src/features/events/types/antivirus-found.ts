import { defineEvent } from '../types.ts';

export const eventType = defineEvent({
  type: 'antivirus-found',
  severity: 'critical',
  area: 'exchange',
  params: { name: 'text', object: 'text', label: 'text' },
  audit: true,
  retentionDays: 3650,
});
